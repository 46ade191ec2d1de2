"""What providers do wrong: tried again where that helps, told in the caller's dialect, and never taken for whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from tests.integration.heard import HeardStream
from tests.integration.running import FUNDS, RunningGateway, chat, serving
from tests.integration.wire import CHAT, eventually
from tests.upstreams import Exchange, ScriptedUpstream

from assay.trust.receipts.predicate import Outcome
from assay.trust.receipts.statement import Statement

MESSAGES = "/v1/messages"
MODELS = [f"faulty-{number}" for number in range(64)]
TIMES_OUT = {"first_byte": 0.4, "between_chunks": 0.4}

_fresh = iter(MODELS)
"""A model for each test: the node rests one that fails too often."""
_addressed = (f"chat-only/faulty-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("node") / "home"
    with serving(RunningGateway(home, upstream.url, models=MODELS, **TIMES_OUT)) as running:
        yield running
    statements = running.statements()
    assert running.balance() == FUNDS - sum(statement.cost for statement in statements)


@pytest.fixture
def client(gateway: RunningGateway, upstream: ScriptedUpstream) -> Iterator[httpx2.Client]:
    upstream.journal.clear()
    with gateway.client() as client:
        yield client


@pytest.fixture(params=["OpenAI", "Anthropic", "translated"])
def ask(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A path, and a model behind it that nobody has asked."""
    match request.param:
        case "OpenAI":
            return CHAT, next(_fresh)
        case "Anthropic":
            return MESSAGES, next(_fresh)
        case _:
            return MESSAGES, next(_addressed)


def question(model: str, script: str, **members: Any) -> dict[str, Any]:
    return chat(script, max_tokens=50, **members) | {"model": model}


def error_of(path: str, body: bytes) -> dict[str, Any]:
    parsed = orjson.loads(body)
    assert path == CHAT or parsed["type"] == "error"
    return parsed["error"]  # type: ignore[no-any-return]


def is_over(exchange: Exchange) -> bool:
    """Whether the provider has ended it, or seen the node leave."""
    return (exchange.finished or exchange.abandoned) is not None


class TestBeforeTheAnswer:
    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    @pytest.mark.parametrize(
        ("script", "status", "code", "tries"),
        [
            ("!!status 429", 429, None, 3),
            ("!!status 429 retry-after=30", 429, None, 1),
            ("!!status 500", 500, None, 3),
            ("!!status 400", 400, None, 1),
            ("!!status 404", 404, None, 1),
            ("!!status 302", 502, "provider_garbage", 1),
            ("!!status 401", 502, "provider_refused_node", 1),
            ("!!hang", 504, "provider_timeout", 1),
            ("!!garbage", 502, "provider_garbage", 1),
        ],
    )
    def test_it_fails(
        self,
        gateway: RunningGateway,
        client: httpx2.Client,
        upstream: ScriptedUpstream,
        ask: tuple[str, str],
        script: str,
        status: int,
        code: str | None,
        tries: int,
        stream: bool,
    ) -> None:
        path, model = ask
        before = gateway.logged()
        response = client.post(path, json=question(model, script, stream=stream))
        assert response.status_code == status, response.text
        error = error_of(path, response.content)
        if code is None:
            assert "Scripted failure" in error["message"]
        else:
            assert error["code"] == code
        if "retry-after" in script:
            assert response.headers["retry-after"] == "30"
        assert len(upstream.journal.exchanges) == tries
        eventually(lambda: all(map(is_over, upstream.journal.exchanges)))
        assert gateway.logged() == before

    @pytest.mark.parametrize(
        ("script", "status", "code"),
        [("!!half", 502, "provider_broken_stream"), ("!!stall", 504, "provider_timeout")],
    )
    def test_half_a_body(
        self,
        gateway: RunningGateway,
        client: httpx2.Client,
        upstream: ScriptedUpstream,
        ask: tuple[str, str],
        script: str,
        status: int,
        code: str,
    ) -> None:
        path, model = ask
        before = gateway.logged()
        response = client.post(path, json=question(model, script))
        assert response.status_code == status, response.text
        assert error_of(path, response.content)["code"] == code
        eventually(lambda: is_over(upstream.journal.last))
        assert gateway.logged() == before

    def test_it_recovers(self, client: httpx2.Client, ask: tuple[str, str]) -> None:
        path, model = ask
        response = client.post(path, json=question(model, f"!!flaky 1 429\n{model}"))
        assert response.status_code == 200
        payload = client.get(f"/v1/receipts/{response.headers['assay-receipt']}").json()["statement"]
        attempts = Statement.from_bytes(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).upstream.attempts
        assert [attempt.result for attempt in attempts] == ["http_429", "answered"]

    def test_it_is_left_alone_for_a_while(self, client: httpx2.Client, ask: tuple[str, str]) -> None:
        path, model = ask
        for _ in range(2):
            assert client.post(path, json=question(model, "!!status 500")).status_code == 500
        response = client.post(path, json=question(model, "hello"))
        assert response.status_code == 503
        assert error_of(path, response.content)["code"] == "provider_circuit_open"

    def test_more_attachments_than_a_receipt_can_name(
        self, gateway: RunningGateway, client: httpx2.Client
    ) -> None:
        before = gateway.logged()
        drawing = {"model": next(_fresh), "prompt": "dots", "n": 1000, "response_format": "b64_json"}
        response = client.post("/v1/images/generations", json=drawing)
        assert response.status_code == 502
        assert response.json()["error"]["code"] == "provider_garbage"
        assert gateway.logged() == before
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_nobody_listens(tmp_path: Path, stream: bool) -> None:
    with (
        serving(RunningGateway(tmp_path / "home", "http://127.0.0.1:9")) as gateway,
        gateway.client() as client,
    ):
        response = client.post(CHAT, json=chat("hello", stream=stream))
    assert response.status_code == 502
    assert response.json()["error"]["code"] == "provider_unreachable"
    assert gateway.balance() == FUNDS


class TestInMidStream:
    """The stream ends with an error in the dialect, under a receipt over everything that came, the error included."""

    @pytest.mark.parametrize(
        ("script", "code"),
        [
            ("!!half", "provider_broken_stream"),
            ("!!stall", "provider_timeout"),
            ("!!error-event", "provider_broken_stream"),
        ],
    )
    def test_it_breaks(
        self,
        client: httpx2.Client,
        upstream: ScriptedUpstream,
        ask: tuple[str, str],
        script: str,
        code: str,
    ) -> None:
        path, model = ask
        response = client.post(path, json=question(model, f"!!slow 9 1\n{script}", stream=True))
        heard = HeardStream(response.content)
        answer = heard.statement.answer
        assert answer.outcome is Outcome.PROVIDER_BROKE
        assert (answer.chunks, answer.digest, answer.stream) == (
            len(heard.chunks),
            heard.root(),
            heard.stream,
        )
        assert b"[DONE]" not in response.content
        assert b"message_stop" not in response.content
        self.check_notice(path, heard.chunks[-1], None if model.startswith("chat-only") else code)
        assert heard.statement.usage.source == "node"
        eventually(lambda: is_over(upstream.journal.last))

    def check_notice(self, path: str, block: bytes, code: str | None) -> None:
        name, _, data = block.rpartition(b"data: ")
        assert name == (b"event: error\n" if path == MESSAGES else b"")
        error = error_of(path, data)
        assert error["message"]
        assert code is None or error["code"] == code

    def test_nonsense_passes_as_it_is(self, client: httpx2.Client, upstream: ScriptedUpstream) -> None:
        """What needs no translation is not read: the receipt is over the bytes, whatever they are."""
        response = client.post(CHAT, json=question(next(_fresh), "!!slow 9 1\n!!malformed-sse", stream=True))
        heard = HeardStream(response.content)
        assert b"data: {this is not json\n\n" in heard.chunks
        assert heard.statement.answer.outcome is Outcome.COMPLETED
        assert heard.statement.answer.digest == heard.root()

    def test_nonsense_cannot_be_translated(self, client: httpx2.Client) -> None:
        body = question(next(_addressed), "!!slow 9 1\n!!malformed-sse", stream=True)
        heard = HeardStream(client.post(MESSAGES, json=body).content)
        assert heard.statement.answer.outcome is Outcome.PROVIDER_BROKE
        assert heard.statement.answer.digest == heard.root()
        self.check_notice(MESSAGES, heard.chunks[-1], "provider_garbage")
