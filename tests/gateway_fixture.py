"""The gateway as a client meets it: base URLs, a key, and the scripted provider behind it.

With ``ASSAY_TEST_DIRECT=1`` the same tests run straight against the scripted provider: a failure there is a
fault of the test or of the provider, not of the gateway.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from anthropic.resources.messages import DEPRECATED_MODELS
from tests.upstreams import Journal, ScriptedUpstream

from assay.apps.network.home import Home
from assay.apps.network.node import utc_now
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.sqlite import SqliteLedger

DIRECT = os.environ.get("ASSAY_TEST_DIRECT") == "1"

GPT = "gpt-6-astra"
"""A model behind a provider that speaks OpenAI."""
CLAUDE = "claude-haiku-4-5"
"""A model behind a provider that speaks Anthropic."""
EMBEDDER = "text-embedding-3-small"
PAINTER = "gpt-image-2.5-flare"
OFFICIAL_OPENAI = ("gpt-3.5-turbo-instruct", "gpt-image-1.5", "omni-moderation-2024-09-26")
OFFICIAL_ANTHROPIC = ("claude-opus-5-5", "model_id", *sorted(DEPRECATED_MODELS))
"""What the tests of the official clients ask for beside these."""
DEFAULT_FOR = {
    GPT: 'default_for = ["responses", "responses.compact"]',
    PAINTER: 'default_for = ["images.generations", "images.edits", "images.variations"]',
    "omni-moderation-2024-09-26": 'default_for = ["moderations"]',
}
"""Which model answers where a request may leave it out."""

PROVIDER_KEY = "sk-of-the-provider"

CATALOGUE = """
[[providers]]
name = "openai"
kind = "openai"
base_url = "{url}/v1"
api_key_env = "OPENAI_API_KEY"
pass_through = true
allow_unpriced = true

[[providers]]
name = "anthropic"
kind = "anthropic"
base_url = "{url}/v1"
api_key_env = "ANTHROPIC_API_KEY"
allow_unpriced = true

# Stands in for the carried model, which these tests do not need and would wait for.
[[providers]]
name = "local"
kind = "compatible"
base_url = "{url}/v1"
"""

MODEL = """
[[models]]
id = "{model}"
targets = ["{provider}:{model}"]
price = {{ input = 1_000_000, output = 2_000_000, image = 40_000 }}
"""


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str
    """Base URL without ``/v1``, which is what the Anthropic SDK takes."""
    api_key: str
    upstream: ScriptedUpstream

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def is_direct(self) -> bool:
        return self.url == self.upstream.url

    @property
    def journal(self) -> Journal:
        """What reached the provider."""
        return self.upstream.journal


@pytest.fixture(scope="session")
def upstream() -> Iterator[ScriptedUpstream]:
    with ScriptedUpstream() as running:
        yield running


@pytest.fixture(scope="session")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A node in a process of its own, with one well-filled account."""
    if DIRECT:
        yield Gateway(upstream.url, "sk-direct", upstream)
        return
    home = Home(tmp_path_factory.mktemp("node"))
    home.create()
    home.catalogue.write_text(_catalogue(upstream.url))
    key = asyncio.run(_open_account(home))
    with _serving(home.root) as url:
        yield Gateway(url, key, upstream)


def _catalogue(upstream_url: str) -> str:
    served = {
        "openai": (GPT, EMBEDDER, PAINTER, *OFFICIAL_OPENAI),
        "anthropic": (CLAUDE, *OFFICIAL_ANTHROPIC),
    }
    models = [
        MODEL.format(model=model, provider=provider) + DEFAULT_FOR.get(model, "")
        for provider, names in served.items()
        for model in dict.fromkeys(names)
    ]
    return "".join([CATALOGUE.format(url=upstream_url), *models])


async def _open_account(home: Home) -> str:
    ledger = SqliteLedger(home.ledger)
    try:
        return await open_with_play_money(ledger, "tests", 10**15, utc_now())
    finally:
        await ledger.aclose()


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "assay.apps.network.serve", "--home", str(home), "--port", "0"]
    keys = {"OPENAI_API_KEY": PROVIDER_KEY, "ANTHROPIC_API_KEY": PROVIDER_KEY}
    with subprocess.Popen(command, env=os.environ | keys, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            started = process.stdout.readline()
            if not started:
                raise RuntimeError("the node ended before it listened; its reason is on standard error")
            yield json.loads(started)["url"]
        finally:
            process.terminate()
