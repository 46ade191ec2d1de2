"""Fixtures that every test may ask for."""

from __future__ import annotations

from tests.anvil_fixture import anvil_program, base_url, chain_url, local_chain
from tests.gateway_fixture import gateway, upstream
from tests.postgres_fixture import postgres

__all__ = ["anvil_program", "base_url", "chain_url", "gateway", "local_chain", "postgres", "upstream"]
