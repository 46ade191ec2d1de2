"""Assay's gateway with receipts left out, for measuring what they cost; the product has no such switch.

    assay_plain.py --home DIRECTORY --port PORT

The same server, catalogue, account check, reservation, router and provider client, and the same watch for a client
that leaves; then the provider's bytes as they come.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import uvicorn

from assay.apps.network.home import Home
from assay.apps.network.impatience import ImpatientProtocol
from assay.apps.network.node import utc_now
from assay.engines.asgi import (
    JSON,
    Receive,
    Scope,
    Send,
    begin_stream,
    end_stream,
    read_body,
    respond,
    send_part,
)
from assay.engines.inference.configuration import load_catalogue
from assay.engines.inference.operation import Operation
from assay.engines.inference.providers import build_providers
from assay.engines.inference.routing import Router
from assay.services.gateway.asked import Asked, understand
from assay.services.gateway.estimate import estimate
from assay.services.payments.accounts.rail import AccountRail
from assay.services.payments.accounts.sqlite import SqliteLedger

MAX_BODY = 32 * 1024 * 1024


class PlainGateway:
    def __init__(self, home: Home) -> None:
        self._catalogue = load_catalogue(home.catalogue.read_text(), {})
        self._router = Router(build_providers(self._catalogue, os.environ))
        self._rail = AccountRail(SqliteLedger(home.ledger), bytes(32), utc_now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, MAX_BODY, 30)
        asked = understand(Operation.CHAT, scope, body, self._catalogue)
        price = asked.model.price
        assert price is not None
        maximum = estimate(price, Operation.CHAT, asked.call.parsed, len(body))
        reservation = await self._rail.reserve(asked.purchase(maximum))
        answering = asyncio.ensure_future(self._answer(asked, send))
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        reservation.release()
        if answering.done():
            answering.result()
        else:
            answering.cancel()

    async def _answer(self, asked: Asked, send: Send) -> None:
        answer = await self._router.answer(asked.call, asked.model)
        reply = answer.reply
        try:
            if asked.call.stream:
                await begin_stream(send, reply.status, [(b"content-type", b"text/event-stream")])
                async for chunk in reply.chunks():
                    await send_part(send, chunk)
                await end_stream(send, b"")
            else:
                await respond(send, reply.status, await reply.read(MAX_BODY), JSON)
        finally:
            await reply.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    uvicorn.run(
        PlainGateway(Home(arguments.home)),
        port=arguments.port,
        loop="uvloop",
        http=ImpatientProtocol,
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
