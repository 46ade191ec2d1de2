"""What a caller gets wrong: a documented code in the shape of its dialect, nothing sent on, nothing charged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.running import MODEL, RunningGateway, chat, serving
from tests.integration.wire import CHAT, connection, post, read_all
from tests.upstreams import ScriptedUpstream

MESSAGES = "/v1/messages"
MEGABYTE = 1 << 20

ANTHROPIC_TYPE = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "request_too_large",
}


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with serving(RunningGateway(tmp_path_factory.mktemp("node") / "home", upstream.url)) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_happens(gateway: RunningGateway, upstream: ScriptedUpstream) -> Iterator[None]:
    """No call here reaches the provider, and none ends in a receipt, and so in a charge."""
    upstream.journal.clear()
    before = gateway.logged()
    yield
    assert upstream.journal.exchanges == []
    assert gateway.logged() == before


@pytest.fixture(params=[CHAT, "/v1/responses", MESSAGES, "/v1/messages/count_tokens"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def check_refusal(response: httpx2.Response, path: str, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    if path.startswith(MESSAGES):
        assert body["type"] == "error"
        assert body["error"].keys() == {"type", "message", "code"}
        assert body["error"]["type"] == ANTHROPIC_TYPE[status]
    else:
        assert body.keys() == {"error"}
        assert body["error"].keys() == {"type", "message", "code", "param"}
    assert body["error"]["code"] == code
    assert body["error"]["message"]


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BODIES = {
    "empty": ("", 400, "invalid_request"),
    "not JSON": ('{"model": "gpt', 400, "invalid_request"),
    "not UTF-8": (b'{"model": "\xff"}', 400, "invalid_request"),
    "a list": ("[]", 400, "invalid_request"),
    "null": ("null", 400, "invalid_request"),
    "no model": ("{}", 400, "invalid_request"),
    "a number for a model": ('{"model": 7}', 400, "invalid_request"),
    "stream is a word": ({"stream": "yes"}, 400, "invalid_request"),
    "too deep": (f'{{"model": "{MODEL}", "messages": {nested(900)}}}', 400, "request_too_intricate"),
    "far too deep": (f'{{"model": "{MODEL}", "messages": {nested(100_000)}}}', 400, "invalid_request"),
    "half a surrogate": (f'{{"model": "{MODEL}", "user": "\\ud800"}}', 400, "invalid_request"),
    "not a number": (f'{{"model": "{MODEL}", "temperature": NaN}}', 400, "invalid_request"),
    "a member twice": (f'{{"model": "{MODEL}", "messages": [], "messages": []}}', 400, "duplicate_member"),
    "unknown model": ({"model": "gpt-unknown"}, 404, "model_not_found"),
    "unpriced model": ({"model": "local/gpt-unpriced"}, 404, "model_unpriced"),
    "a model with a name of a megabyte": ({"model": "m" * MEGABYTE}, 404, "model_not_found"),
    "many members": (dict.fromkeys(map(str, range(200)), 1), 400, "request_too_intricate"),
    "long names": ({"n" * 9000 + str(n): 1 for n in range(3)}, 400, "request_too_intricate"),
    "long pointers": (
        {"messages": [{"n" * 500: {str(n): "data:,x" for n in range(60)}}]},
        400,
        "request_too_intricate",
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_no_request(gateway: RunningGateway, path: str, case: str) -> None:
    body, status, code = BODIES[case]
    if isinstance(body, dict):
        body = json.dumps({"model": MODEL, "messages": [], **body})
    with gateway.client() as client:
        response = client.post(path, content=body)
    check_refusal(response, path, status, code)


def test_a_nonce_that_is_none(gateway: RunningGateway, path: str) -> None:
    with gateway.client() as client:
        response = client.post(path, json=chat("hello"), headers={"assay-nonce": "n" * 129})
    check_refusal(response, path, 400, "invalid_request")


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer assay-nobody"}, {"authorization": "Basic eA=="}]
)
def test_a_key_that_opens_nothing(gateway: RunningGateway, path: str, header: dict[str, str]) -> None:
    response = httpx2.post(gateway.url + path, json=chat("hello"), headers=header)
    check_refusal(response, path, 401, "invalid_api_key")


def test_an_account_that_cannot_pay(gateway: RunningGateway) -> None:
    key = gateway.open_account("poor", 100)
    for path in (CHAT, MESSAGES):
        response = httpx2.post(
            gateway.url + path, json=chat("hello", max_tokens=1000), headers={"x-api-key": key}
        )
        check_refusal(response, path, 402, "insufficient_balance")


def test_a_deposit_counts_at_once(gateway: RunningGateway, upstream: ScriptedUpstream) -> None:
    """Another process pays in while the node serves; what it refused a moment ago it now tries."""
    key = gateway.open_account("hopeful", 100)
    asked: dict[str, Any] = {"json": chat("hello", max_tokens=1000), "headers": {"x-api-key": key}}
    assert httpx2.post(gateway.url + CHAT, **asked).status_code == 402
    gateway.deposit("hopeful", 10_000)
    asked["json"]["model"] = "gpt-unknown"
    assert httpx2.post(gateway.url + CHAT, **asked).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method(gateway: RunningGateway, path: str, method: str) -> None:
    with gateway.client() as client:
        response = client.request(method, path)
    check_refusal(response, path, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("elsewhere", ["/", "/v1", "/v1/chat", "/v1/chat/completions/", "/../etc/passwd"])
def test_another_path(gateway: RunningGateway, elsewhere: str) -> None:
    with gateway.client() as client:
        for method in ("GET", "POST"):
            check_refusal(client.request(method, elsewhere), elsewhere, 404, "route_not_found")


class TestFiftyMegabytes:
    SIZE = 50 * MEGABYTE
    ROOM = 80 * MEGABYTE
    """What the node may take for it: its limit of 32 MB, once as it comes and once put together, and some."""

    @pytest.fixture(autouse=True)
    def memory_is_bounded(self, gateway: RunningGateway) -> Iterator[None]:
        before = gateway.peak_memory()
        yield
        assert gateway.peak_memory() - before < self.ROOM

    def test_announced(self, gateway: RunningGateway, path: str) -> None:
        with gateway.client() as client:
            response = client.post(path, content=b" " * self.SIZE)
        check_refusal(response, path, 413, "request_too_large")

    def test_in_chunks(self, gateway: RunningGateway, path: str) -> None:
        def chunks() -> Iterable[bytes]:
            yield from [b" " * MEGABYTE] * 50

        with gateway.client() as client:
            response = client.post(path, content=chunks())
        check_refusal(response, path, 413, "request_too_large")

    def test_announced_and_not_sent(self, gateway: RunningGateway) -> None:
        """The answer does not wait for a body that is too long anyway; RFC 9110, 10.1.1."""
        request = post(chat("hello"), gateway.api_key, expect="100-continue")
        head = request.partition(b"\r\n\r\n")[0].replace(b"content-length: ", b"content-length: 9999999")
        with connection(gateway.url) as client:
            client.sendall(head + b"\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


class TestNoHttp:
    @pytest.mark.parametrize(
        "nonsense",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
            b"GET\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ],
        ids=["TLS", "half a line", "negative", "two lengths", "chunked and long", "no chunk size", "HTTP/2"],
    )
    def test_nonsense(self, gateway: RunningGateway, nonsense: bytes) -> None:
        with connection(gateway.url) as client:
            client.sendall(nonsense)
            assert read_all(client).startswith(b"HTTP/1.1 400 ")

    def test_a_head_without_end(self, gateway: RunningGateway) -> None:
        before = gateway.peak_memory()
        with connection(gateway.url) as client:
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n")
            try:
                for number in range(2000):
                    client.sendall(b"x-%d: %s\r\n" % (number, b"y" * 30_000))
            except (BrokenPipeError, ConnectionResetError):
                pass
            else:
                pytest.fail("the node took 60 MB of headers")
        assert gateway.peak_memory() - before < 8 * MEGABYTE

    def test_a_websocket_is_an_ordinary_request(self, gateway: RunningGateway) -> None:
        upgrade = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        with gateway.client() as client:
            assert client.get("/v1/models", headers=upgrade).status_code == 200


def test_requests_in_a_row(gateway: RunningGateway) -> None:
    """RFC 9112, 9.3.2: answers to pipelined requests come in the order of the requests."""
    bodies = [{"model": f"unknown-{number}"} for number in range(20)]
    requests = [post(body, gateway.api_key) for body in bodies]
    last = post({}, gateway.api_key, connection="close")
    with connection(gateway.url) as client:
        client.sendall(b"".join([*requests, last]))
        answers = read_all(client).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"404"] * 20 + [b"400"]


def test_the_log_is_silent(gateway: RunningGateway, tmp_path: Path) -> None:
    """Refusals are counted, not logged: a caller cannot fill the node's disk with them."""
    with gateway.client() as client:
        metrics = client.get("/metrics").text
    assert 'assay_refusals_total{code="invalid_request"}' in metrics
