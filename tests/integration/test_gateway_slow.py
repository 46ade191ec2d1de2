"""Clients that dawdle: heads, bodies and answers have to move, and a connection that rests is left alone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import orjson
import pytest
from tests.integration.in_thread import GatewayThread
from tests.integration.running import RunningGateway, chat
from tests.integration.wire import CHAT, connection, eventually, post, read_all
from tests.upstreams import ScriptedUpstream

from assay.apps.network import node
from assay.apps.network.impatience import ImpatientProtocol
from assay.services.gateway.notary import logged_statements
from assay.trust.receipts.predicate import Outcome

HEAD_SECONDS = 0.3
BODY_SECONDS = 0.4
READ_SECONDS = 0.5


class MoreImpatient(ImpatientProtocol):
    head_seconds = HEAD_SECONDS
    read_seconds = READ_SECONDS


@pytest.fixture(scope="module")
def home(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> RunningGateway:
    """A prepared home and its key; the gateway itself runs in this process, with shorter deadlines."""
    prepared = RunningGateway(tmp_path_factory.mktemp("node") / "home", upstream.url)
    prepared.prepare()
    return prepared


@pytest.fixture(scope="module")
def server(home: RunningGateway) -> Iterator[GatewayThread]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(node, "BODY_SECONDS", BODY_SECONDS)
        with GatewayThread(home.home, protocol=MoreImpatient) as running:
            yield running


@pytest.fixture
def client(server: GatewayThread) -> Iterator[socket.socket]:
    with connection(server.url) as connected:
        yield connected


def dribble(client: socket.socket, data: bytes, *, seconds: float) -> None:
    """Send a byte now and then until the other side has had enough."""
    deadline = time.monotonic() + seconds
    try:
        for position in range(len(data)):
            client.sendall(data[position : position + 1])
            if time.monotonic() > deadline:
                pytest.fail(f"after {seconds} s the node still takes single bytes")
            time.sleep(0.02)
    except (BrokenPipeError, ConnectionResetError):
        pass


def test_nothing_is_sent(client: socket.socket) -> None:
    began = time.monotonic()
    assert read_all(client) == b""
    assert HEAD_SECONDS * 0.9 < time.monotonic() - began < HEAD_SECONDS + 2


def test_a_head_that_dribbles(client: socket.socket) -> None:
    dribble(client, b"POST / HTTP/1.1\r\nx: " + b"y" * 1000, seconds=HEAD_SECONDS + 2)
    assert read_all(client) == b""


def test_a_body_that_dribbles(client: socket.socket, home: RunningGateway) -> None:
    """The deadline is for the whole body: a byte in time does not put it off."""
    head, _, body = post(chat("x" * 1000), home.api_key).partition(b"\r\n\r\n")
    client.sendall(head + b"\r\n\r\n")
    dribble(client, body, seconds=BODY_SECONDS + HEAD_SECONDS + 2)
    status, _, answer = read_all(client).partition(b"\r\n")
    assert status == b"HTTP/1.1 408 Request Timeout"
    error = orjson.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert (error["code"], error["type"]) == ("request_timeout", "invalid_request_error")


def test_a_body_without_end(client: socket.socket, home: RunningGateway) -> None:
    """Once it is refused, what is still on its way is thrown away, but not for ever."""
    head = post(chat("x"), home.api_key).partition(b"\r\n\r\n")[0]
    client.sendall(head.replace(b"content-length: ", b"content-length: 999999") + b"\r\n\r\n")
    assert client.recv(65536).startswith(b"HTTP/1.1 413 ")
    dribble(client, b"x" * 1000, seconds=HEAD_SECONDS + 2)


def test_blank_lines_between_requests(client: socket.socket) -> None:
    client.sendall(b"GET /v1/models HTTP/1.1\r\nhost: node\r\n\r\n")
    assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
    dribble(client, b"\r\n" * 500, seconds=HEAD_SECONDS + 2)


def test_a_connection_that_rests_is_kept(client: socket.socket) -> None:
    for _ in range(2):
        client.sendall(b"GET /v1/models HTTP/1.1\r\nhost: node\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        time.sleep(HEAD_SECONDS + 0.2)


def test_an_answer_that_nobody_takes(
    server: GatewayThread, home: RunningGateway, upstream: ScriptedUpstream
) -> None:
    """A client that asks and does not read would keep the provider's stream open as well."""
    upstream.journal.clear()
    question = "!!say " + "x" * (12 << 20) + " and on\n!!stall"
    before = server.log.size
    with connection(server.url) as client:
        client.sendall(post(chat(question, stream=True), home.api_key, CHAT))
        eventually(lambda: server.log.size > before)
        upstream.journal.wait_abandoned(upstream.journal.last)
    ((_, statement, _),) = logged_statements(server.log, before)
    assert statement.answer.outcome is Outcome.CLIENT_LEFT


def test_a_slow_reader_is_no_dead_one(server: GatewayThread, home: RunningGateway) -> None:
    """It takes longer than the deadline in all, but something now and then."""
    question = "!!say " + "x" * (12 << 20)
    with connection(server.url) as client:
        client.sendall(post(chat(question, stream=True), home.api_key, connection="close"))
        received = b""
        while data := client.recv(1 << 20):
            received += data
            if len(received) < 9 << 20:
                time.sleep(0.02)
    assert b"data: [DONE]" in received
