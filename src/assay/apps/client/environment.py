"""What `assay up` leaves for the clients of one machine: where the gateway is, the key to it, and whom to believe."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from assay.apps.network.home import Home
from assay.errors import ConfigError
from assay.trust.receipts.policy import Policy

_HINT = "start a network with `assay up`, or give base_url, api_key and policy yourself"


@dataclass(frozen=True, slots=True)
class Environment:
    """The contents of ``env.json``."""

    openai_base_url: str
    """With ``/v1``, as the OpenAI SDK expects it."""
    anthropic_base_url: str
    """The gateway's root, as the Anthropic SDK expects it."""
    api_key: str = field(repr=False)
    budget: Path | None = None
    """The file of a budget out of which calls are paid by signature, instead of by the key."""

    @classmethod
    def load(cls, home: Home | None = None) -> Environment:
        """Read it from ``home``, by default `$ASSAY_HOME`. Raises `ConfigError`."""
        content = _read((home or Home.find(os.environ)).env, "where a gateway is")
        try:
            value = orjson.loads(content)
            urls = value["openai_base_url"], value["anthropic_base_url"]
            budget = value.get("budget")
            return cls(*urls, value["api_key"], None if budget is None else Path(budget))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError("The environment file is not what `assay up` writes.", hint=_HINT) from error


def load_policy(home: Home | None = None) -> Policy:
    """The policy in ``trust.json`` of ``home``, by default `$ASSAY_HOME`. Raises `ConfigError`."""
    return Policy.from_bytes(_read((home or Home.find(os.environ)).trust, "whom to believe"))


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Nothing says {what}: {path.name} cannot be read.", hint=_HINT) from error
