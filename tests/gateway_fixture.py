"""The gateway as a client meets it: base URLs, a key, and the scripted provider behind it.

With ``ASSAY_TEST_DIRECT=1`` the same tests run straight against the scripted provider: a failure there is a
fault of the test or of the provider, not of the gateway.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.upstreams import Journal, ScriptedUpstream

DIRECT = os.environ.get("ASSAY_TEST_DIRECT") == "1"


GPT = "gpt-6-astra"
"""A model behind a provider that speaks OpenAI."""
CLAUDE = "claude-haiku-4-5"
"""A model behind a provider that speaks Anthropic."""
EMBEDDER = "text-embedding-3-small"
PAINTER = "gpt-image-2.5-flare"


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
def gateway(upstream: ScriptedUpstream) -> Gateway:
    return Gateway(upstream.url, "sk-direct", upstream)
