"""A node in the test's own process, asked through its ASGI door, before providers that a test scripts."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from tests.unit.engines.inference.peer import Peer

from assay.apps.network.home import Home
from assay.apps.network.node import Node, utc_now
from assay.engines.inference.operation import Operation
from assay.services.payments.accounts.opening import open_with_play_money

NAMES = ("local", "second")
"""Of the providers. The first takes the place of the carried models, so that none is loaded."""

PROVIDER = """
[[providers]]
name = "{name}"
kind = "compatible"
base_url = "{url}"
api_key_env = "KEY"
speaks = {speaks}
allow_unpriced = true
pass_through = {pass_through}
"""


@asynccontextmanager
async def node(
    home: Path, *peers: Peer, pass_through: bool = True, models: str = ""
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with an account at a node whose providers are ``peers``; ``models`` are tables of its catalogue."""
    place = Home(home)
    place.create()
    speaks = [operation.value for operation in Operation]
    tables = [
        PROVIDER.format(name=name, url=one.url, speaks=speaks, pass_through=str(pass_through).lower())
        for name, one in zip(NAMES, peers, strict=False)
    ]
    place.catalogue.write_text("".join((*tables, models)))
    async with Node.open(place, {"KEY": "sk-node"}) as running:
        key = await open_with_play_money(running.ledger, secrets.token_hex(4), 10**9, utc_now())
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(running.gateway),
            base_url="http://node",
            headers={"authorization": f"Bearer {key}"},
        ) as client:
            yield client
