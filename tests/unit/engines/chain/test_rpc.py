"""A node asked over HTTP, when the other side is no good node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from assay.engines.chain.errors import (
    AlreadyKnown,
    CallReverted,
    ChainGarbage,
    ChainRefused,
    ChainTimeout,
    ChainUnreachable,
    FundsMissing,
    NonceTooLow,
    ReplacementUnderpriced,
)
from assay.engines.chain.rpc import LARGEST_BATCH, Rpc
from assay.errors import ConfigError

Answer = Callable[[object], object]
Serve = Callable[..., Awaitable[Rpc]]
SECRET = "project-key"


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a function from the request's JSON to the answer: JSON, or bytes as they are."""
    running: list[tuple[web.AppRunner, Rpc]] = []

    async def serve(answer: Answer, *, timeout: float = 30.0) -> Rpc:
        async def handle(request: web.Request) -> web.Response:
            said = answer(await request.json())
            if isinstance(said, Awaitable):
                said = await said
            return web.Response(body=said if isinstance(said, bytes) else json.dumps(said).encode())

        application = web.Application()
        application.router.add_post(f"/v3/{SECRET}", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        rpc = Rpc(f"http://127.0.0.1:{runner.addresses[0][1]}/v3/{SECRET}", timeout=timeout)
        running.append((runner, rpc))
        return rpc

    yield serve
    for runner, rpc in running:
        await rpc.aclose()
        await runner.cleanup()


def refusing(code: int, message: str, **more: object) -> Answer:
    return lambda request: {
        "jsonrpc": "2.0",
        "id": request["id"],  # type: ignore[index]
        "error": {"code": code, "message": message, **more},
    }


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("nonce too low: next nonce 4, tx nonce 3", NonceTooLow),
        ("already known", AlreadyKnown),
        ("transaction already imported", AlreadyKnown),
        ("replacement transaction underpriced", ReplacementUnderpriced),
        ("Insufficient funds for gas * price + value", FundsMissing),
        ("method not found", ChainRefused),
    ],
)
async def test_refusals_by_their_sentence(serve: Serve, message: str, kind: type[ChainRefused]) -> None:
    rpc = await serve(refusing(-32000, message))
    with pytest.raises(kind, match=message.replace("*", r"\*").replace("+", r"\+")) as caught:
        await rpc.call("eth_sendRawTransaction", "0x")
    assert type(caught.value) is kind
    assert caught.value.number == -32000


@pytest.mark.parametrize("data", ["0xdeadbeef", {"data": "0xdeadbeef"}])
async def test_what_a_contract_said(serve: Serve, data: object) -> None:
    rpc = await serve(refusing(3, "execution reverted", data=data))
    with pytest.raises(CallReverted) as caught:
        await rpc.call("eth_call", {})
    assert caught.value.data == bytes.fromhex("deadbeef")


async def test_a_contract_that_said_nothing(serve: Serve) -> None:
    rpc = await serve(refusing(-32000, "execution reverted"))
    with pytest.raises(CallReverted) as caught:
        await rpc.call("eth_call", {})
    assert caught.value.data == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"",
        [],
        "0x1",
        {},
        {"jsonrpc": "2.0", "id": 77, "result": "0x1"},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": 1, "error": "no"},
        {"jsonrpc": "2.0", "id": 1, "error": {"message": "no code"}},
    ],
)
async def test_garbage(serve: Serve, answer: object) -> None:
    rpc = await serve(lambda _: answer)
    with pytest.raises(ChainGarbage):
        await rpc.call("eth_chainId")


async def test_batches_come_back_in_order_however_the_node_sorts_and_splits_them(serve: Serve) -> None:
    sizes = []

    def backwards(requests: object) -> object:
        assert isinstance(requests, list)
        sizes.append(len(requests))
        return [
            {"jsonrpc": "2.0", "id": request["id"], "result": request["params"][0]}
            if request["params"][0] != 7
            else {"jsonrpc": "2.0", "id": request["id"], "error": {"code": 1, "message": "not seven"}}
            for request in reversed(requests)
        ]

    rpc = await serve(backwards)
    results = await rpc.batch([("echo", [number]) for number in range(LARGEST_BATCH + 1)])
    assert sizes == [LARGEST_BATCH, 1]
    assert isinstance(results[7], ChainRefused)
    assert [result for result in results if not isinstance(result, ChainRefused)] == [
        number for number in range(LARGEST_BATCH + 1) if number != 7
    ]
    assert await rpc.batch([]) == []


async def test_a_batch_that_is_refused_or_answered_by_half(serve: Serve) -> None:
    refused = await serve(
        lambda _: {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "too many"}}
    )
    with pytest.raises(ChainRefused, match="too many"):
        await refused.batch([("a", []), ("b", [])])
    half = await serve(lambda requests: [{"jsonrpc": "2.0", "id": requests[0]["id"], "result": 1}])  # type: ignore[index]
    with pytest.raises(ChainGarbage):
        await half.batch([("a", []), ("b", [])])
    one = await serve(lambda _: {"jsonrpc": "2.0", "id": None, "result": 1})
    with pytest.raises(ChainGarbage):
        await one.batch([("a", []), ("b", [])])


async def test_no_answer_and_a_late_one_and_never_the_secret_in_the_url(serve: Serve) -> None:
    late = await serve(lambda _: asyncio.sleep(2, {}), timeout=0.5)
    with pytest.raises(ChainTimeout) as slow:
        await late.call("eth_chainId")
    async with Rpc(f"http://127.0.0.1:1/v3/{SECRET}") as nobody:
        with pytest.raises(ChainUnreachable) as gone:
            await nobody.call("eth_chainId")
        assert SECRET not in repr(nobody)
    for error in (slow.value, gone.value):
        assert SECRET not in str(error)
        assert error.__cause__ is error.__context__ is None, "what the client raised holds the URL"


@pytest.mark.parametrize("url", ["", "127.0.0.1:8545", "ws://127.0.0.1", "file:///etc/passwd", "http://"])
def test_no_url_of_a_node(url: str) -> None:
    with pytest.raises(ConfigError):
        Rpc(url)
