"""The client of an upstream, against a real server on loopback."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import time
from pathlib import Path

import pytest
from tests.unit.engines.inference.peer import Exchange, Script, answers, cuts, hangs, peer, streams

from assay.engines.inference.http import LINGER_S, Deadlines, HttpUpstream
from assay.engines.inference.provider import (
    ProviderBroken,
    ProviderError,
    ProviderGarbage,
    ProviderTimeout,
    ProviderUnreachable,
)
from assay.errors import ConfigError

KEY = "sk-nobody-may-see-this"


def upstream(url: str, **deadlines: float) -> HttpUpstream:
    return HttpUpstream(
        url, {"authorization": f"Bearer {KEY}"}, name="somewhere", deadlines=Deadlines(**deadlines)
    )


async def test_a_whole_answer_and_the_request_that_led_to_it() -> None:
    async with peer(answers(b'{"ok":true}', 201, X_Request_Id="r1")) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/chat/completions", b'{"a":1}', {"anthropic-beta": "b"})
        assert (reply.status, await reply.read(100)) == (201, b'{"ok":true}')
        assert reply.headers["x-request-id"] == "r1"
        await client.aclose()
    [seen] = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/v1/chat/completions", b'{"a":1}')
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["anthropic-beta"] == "b"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["content-type"] == "application/json"


async def test_a_callers_header_replaces_the_upstreams() -> None:
    async with peer(answers(b"")) as server:
        client = HttpUpstream(server.url, {"anthropic-version": "2023-06-01"}, name="a")
        reply = await client.send("POST", "/messages", b"{}", {"anthropic-version": "2029-01-01"})
        assert await reply.read(1) == b""
        await client.aclose()
    assert server.seen[0].headers["anthropic-version"] == "2029-01-01"


async def test_one_connection_carries_call_after_call() -> None:
    async with peer(answers(b"{}")) as server:
        client = upstream(server.url)
        for _ in range(20):
            await (await client.send("POST", "/x", b"{}")).read(10)
        await client.aclose()
    assert server.connections == 1


async def test_chunks_leave_as_they_come() -> None:
    async with peer(streams(b"one", b"two", b"three", gap=0.05)) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x")
        chunks, times = [], []
        async for chunk in reply.chunks():
            chunks.append(chunk)
            times.append(time.monotonic())
        assert chunks == [b"one", b"two", b"three"]
        assert times[1] - times[0] > 0.03
        assert times[2] - times[1] > 0.03
        await client.aclose()


async def test_a_large_upload_arrives_whole() -> None:
    body = os.urandom(3 << 20)
    async with peer(answers(b"{}")) as server:
        client = upstream(server.url)
        await (await client.send("POST", "/x", body)).read(10)
        await client.aclose()
    assert server.seen[0].body == body
    assert server.seen[0].headers["content-length"] == str(len(body))


async def test_a_redirect_is_a_reply_and_not_followed() -> None:
    async with peer(answers(b"", 307, Location="http://127.0.0.1:9/steal")) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x", b"{}")
        assert reply.status == 307
        await client.aclose()
    assert len(server.seen) == 1


async def test_a_unix_socket_serves_as_well(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    async with peer(answers(b"{}"), path=path):
        client = HttpUpstream("http://local/v1", {}, name="local", socket_path=path)
        assert await (await client.send("GET", "/models")).read(10) == b"{}"
        await client.aclose()


async def test_a_unix_socket_that_drops_idle_connections_costs_no_call(tmp_path: Path) -> None:
    """A peer that hangs up after each answer without having said so, as llama.cpp does after five idle seconds."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        await reader.read(1)  # the next request, or the client's hanging up
        writer.transport.abort()

    path = str(tmp_path / "s")
    async with await asyncio.start_unix_server(once, path):
        client = HttpUpstream("http://local/v1", {}, name="local", socket_path=path)
        for _ in range(3):
            assert await (await client.send("GET", "/models")).read(10) == b"{}"
        await client.aclose()


async def test_nobody_listens() -> None:
    async with peer(answers(b"")) as server:
        url = server.url
    client = upstream(url)
    with pytest.raises(ProviderUnreachable):
        await client.send("POST", "/x")
    await client.aclose()


async def test_the_connection_drops_before_the_answer() -> None:
    async with peer(cuts) as server:
        client = upstream(server.url)
        with pytest.raises(ProviderUnreachable):
            await client.send("POST", "/x")
        await client.aclose()


async def test_the_first_byte_is_late() -> None:
    async with peer(hangs) as server:
        client = upstream(server.url, first_byte=0.1)
        began = time.monotonic()
        with pytest.raises(ProviderTimeout):
            await client.send("POST", "/x")
        assert time.monotonic() - began < 1
        await client.aclose()


async def test_the_stream_stalls() -> None:
    async with peer(streams(b"one", then=hangs)) as server:
        client = upstream(server.url, first_byte=30, between_chunks=0.1)
        reply = await client.send("POST", "/x")
        chunks = reply.chunks()
        assert await anext(chunks) == b"one"
        with pytest.raises(ProviderTimeout):
            await anext(chunks)
        await client.aclose()


async def test_headers_alone_do_not_buy_the_time_of_a_first_byte() -> None:
    async def only_headers(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        await exchange.client_gone()

    async with peer(only_headers) as server:
        client = upstream(server.url, first_byte=30, between_chunks=0.1)
        reply = await client.send("POST", "/x")
        with pytest.raises(ProviderTimeout):
            await reply.read(10)
        await client.aclose()


async def test_a_stream_that_never_ends_meets_the_total() -> None:
    async with peer(streams(*[b"tick"] * 1000, gap=0.02)) as server:
        client = upstream(server.url, total=0.3)
        reply = await client.send("POST", "/x")
        with pytest.raises(ProviderTimeout):
            async for _ in reply.chunks():
                pass
        await client.aclose()


async def test_half_a_stream() -> None:
    async with peer(streams(b"one", then=cuts)) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x")
        with pytest.raises(ProviderBroken):
            await reply.read(100)
        await client.aclose()


async def test_half_a_body() -> None:
    async def short(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")
        exchange.writer.close()

    async with peer(short) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x")
        with pytest.raises(ProviderBroken):
            await reply.read(100)
        await client.aclose()


async def test_an_answer_longer_than_the_limit() -> None:
    async with peer(answers(b"x" * 101)) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x")
        with pytest.raises(ProviderGarbage):
            await reply.read(100)
        assert await (await client.send("POST", "/x")).read(101)
        await client.aclose()


async def test_something_that_is_not_http() -> None:
    async def smtp(exchange: Exchange) -> None:
        await exchange.write(b"220 mail.example ESMTP\r\n\r\n")

    async with peer(smtp) as server:
        client = upstream(server.url)
        with pytest.raises(ProviderGarbage):
            await client.send("POST", "/x")
        await client.aclose()


async def test_a_compressed_answer_is_refused() -> None:
    async with peer(answers(b"\x1f\x8b", Content_Encoding="gzip")) as server:
        client = upstream(server.url)
        with pytest.raises(ProviderGarbage):
            await client.send("POST", "/x")
        await client.aclose()


@pytest.mark.parametrize("begun", [False, True], ids=["before the first byte", "amid the stream"])
async def test_leaving_closes_the_upstream_within_a_fifth_of_a_second(begun: bool) -> None:
    gone: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def until_gone(exchange: Exchange) -> None:
        gone.set_result(await exchange.client_gone())

    async with peer(streams(b"one", then=until_gone) if begun else until_gone) as server:
        client = upstream(server.url)
        if begun:
            reply = await client.send("POST", "/x")
            chunks = reply.chunks()
            await anext(chunks)
            left = time.monotonic()
            await reply.aclose()
            await reply.aclose()
        else:
            task = asyncio.create_task(client.send("POST", "/x"))
            await asyncio.sleep(0.05)
            left = time.monotonic()
            task.cancel()
        assert await asyncio.wait_for(gone, 2) - left < 0.2
        await client.aclose()


async def test_lingering_keeps_the_connection_of_an_upstream_that_ends_a_little_later() -> None:
    async with peer(streams(b"last word", gap=0.02)) as server:
        client = upstream(server.url)
        for _ in range(3):
            reply = await client.send("POST", "/x")
            assert await anext(reply.chunks()) == b"last word"
            reply.linger()
            await reply.aclose()
            await asyncio.sleep(0.05)
        assert server.connections == 1
        await client.aclose()


async def test_lingering_has_an_end() -> None:
    gone: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def until_gone(exchange: Exchange) -> None:
        gone.set_result(await exchange.client_gone())

    async with peer(streams(b"last word", then=until_gone)) as server:
        client = upstream(server.url)
        reply = await client.send("POST", "/x")
        await anext(reply.chunks())
        said = time.monotonic()
        reply.linger()
        await reply.aclose()
        assert LINGER_S * 0.9 < await asyncio.wait_for(gone, 2) - said < LINGER_S + 0.2
        await client.aclose()


async def test_leaving_amid_an_upload_does_not_wait_for_a_peer_that_stopped_reading() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        client = upstream(f"http://127.0.0.1:{listener.getsockname()[1]}")
        sending = asyncio.create_task(client.send("POST", "/x", b"x" * (16 << 20)))
        connection, _ = await loop.sock_accept(listener)
        with connection:
            await asyncio.sleep(0.1)  # until every buffer on the way is full
            await loop.sock_sendall(connection, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
            reply = await sending
            held = len(os.listdir("/proc/self/fd"))
            await reply.aclose()
            await asyncio.sleep(0.1)
            assert len(os.listdir("/proc/self/fd")) == held - 1
        await client.aclose()


async def test_a_thousand_streams_half_of_them_left_leak_nothing() -> None:
    async with peer(streams(b"one", b"two")) as server:
        client = upstream(server.url)

        async def one(number: int) -> None:
            reply = await client.send("POST", "/x", b"{}")
            if number % 2:
                await anext(reply.chunks())
            else:
                assert await reply.read(100) == b"onetwo"
            await reply.aclose()

        async def batch(size: int) -> None:
            for start in range(0, size, 50):
                await asyncio.gather(*(one(number) for number in range(start, start + 50)))
            await asyncio.sleep(0.05)
            gc.collect()

        await batch(100)
        descriptors, objects = len(os.listdir("/proc/self/fd")), len(gc.get_objects())
        server.seen.clear()
        await batch(1000)
        server.seen.clear()
        gc.collect()
        assert len(os.listdir("/proc/self/fd")) <= descriptors + 60
        assert len(gc.get_objects()) < objects + 5000
        await client.aclose()


@pytest.mark.parametrize(
    "script", [cuts, hangs, streams(b"1", then=cuts), answers(b"", Content_Encoding="br")]
)
async def test_a_failure_does_not_show_the_key(script: Script) -> None:
    async with peer(script) as server:
        client = upstream(server.url, first_byte=0.1)
        with pytest.raises(ProviderError) as caught:
            await (await client.send("POST", "/x")).read(10)
        failure: BaseException | None = caught.value
        while failure is not None:
            assert KEY not in repr(failure) + str(failure)
            failure = failure.__cause__ or failure.__context__
        assert KEY not in repr(client)
        await client.aclose()


@pytest.mark.parametrize(
    "url",
    ["", "api.example.com", "ftp://a/b", "http://u:p@a/v1", "http://a/v1?key=k", "http://a/#f"],
)
def test_a_base_url_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        HttpUpstream(url, {}, name="a")
    assert caught.value.hint
