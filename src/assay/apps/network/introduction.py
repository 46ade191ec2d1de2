"""What a node leaves in its home for the clients of the same machine: its address, a key, and whom to believe."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from assay.apps.network.home import Home
from assay.apps.network.node import Node

FIRST_ACCOUNT = "local"
FIRST_DEPOSIT = 10_000_000
"""Micro-USD of play money: nobody paid it in, it only makes charging real."""


def introduce(node: Node, home: Home, url: str) -> None:
    """Write ``trust.json`` and ``env.json``; the first account is opened once and kept."""
    _write(home.trust, node.trust.to_json())
    _write(
        home.env,
        {
            "openai_base_url": f"{url}/v1",
            "anthropic_base_url": url,
            "api_key": _known_key(home) or node.rail.open_account(FIRST_ACCOUNT, FIRST_DEPOSIT),
            "data_dir": str(home.root),
        },
    )


def _known_key(home: Home) -> str | None:
    try:
        key = json.loads(home.env.read_text())["api_key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


def _write(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all, and for its owner only: a client may read while a node starts."""
    draft = path.with_name(f".{path.name}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    draft.replace(path)
