"""An answer that comes to more than was reserved: the stream ends there, and nobody is charged more."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import orjson
import pytest
from tests.integration.heard import HeardStream
from tests.integration.running import FUNDS, MODEL, PRICE, RunningGateway, chat, serving
from tests.integration.wire import CHAT, eventually
from tests.upstreams import ScriptedUpstream

from assay.engines.inference.operation import Operation
from assay.services.gateway.estimate import estimate
from assay.services.gateway.usage import BYTES_PER_TOKEN
from assay.trust.receipts.predicate import Outcome, Usage

MESSAGES = "/v1/messages"
RESPONSES = "/v1/responses"
LIMIT = 10
WORDS = 1200
"""More events than are paid for: 42 for the answer, and what is not needed of the 1,024 tokens kept for the request."""


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("node") / "home"
    with serving(RunningGateway(home, upstream.url)) as running:
        yield running
    assert running.balance() == FUNDS - sum(statement.cost for statement in running.statements())


@pytest.fixture
def client(gateway: RunningGateway, upstream: ScriptedUpstream) -> Iterator[httpx2.Client]:
    upstream.journal.clear()
    with gateway.client() as client:
        yield client


def question(path: str, script: str, **members: object) -> dict[str, object]:
    if path == RESPONSES:
        return {"model": MODEL, "input": script, "max_output_tokens": LIMIT, **members}
    return chat(script, max_tokens=LIMIT, **members)


def reserved(body: dict[str, object]) -> int:
    return estimate(PRICE, Operation.CHAT, body, len(orjson.dumps(body)))


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
def test_a_stream_ends_where_it_is_paid_for(
    client: httpx2.Client, upstream: ScriptedUpstream, path: str
) -> None:
    script = f"!!slow {2 * WORDS} 0\n!!verbose\n!!no-usage\n!!stall"
    body = question(path, script, stream=True)
    response = client.post(path, content=orjson.dumps(body))
    heard = HeardStream(response.content)
    statement = heard.statement
    assert statement.answer.outcome is Outcome.BUDGET_SPENT
    assert statement.answer.digest == heard.root()
    assert statement.cost == reserved(body)
    assert statement.payment.capped
    taken_for = len(orjson.dumps(body)) // BYTES_PER_TOKEN
    given, made = min(statement.usage.input_tokens, taken_for), statement.usage.output_tokens
    assert PRICE.cost(Usage(given, made - 1)) <= statement.cost < PRICE.cost(Usage(given, made))
    check_notice(path, heard.chunks[-1])
    assert len(heard.chunks) < WORDS
    eventually(lambda: upstream.journal.last.abandoned)


def check_notice(path: str, block: bytes) -> None:
    """An error in the caller's dialect."""
    name, _, data = block.rpartition(b"data: ")
    error = orjson.loads(data)["error"]
    assert error["code"] == "budget_spent"
    assert "max_tokens" in error["message"]
    if path == MESSAGES:
        assert (name, error["type"]) == (b"event: error\n", "billing_error")
    else:
        assert error["type"] == "insufficient_quota"


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
def test_an_answer_as_long_as_was_allowed_is_whole(client: httpx2.Client, path: str) -> None:
    """Whatever events there are around its tokens."""
    body = question(path, f"!!slow {LIMIT} 0\n!!no-usage", stream=True)
    statement = HeardStream(client.post(path, content=orjson.dumps(body)).content).statement
    assert statement.answer.outcome is Outcome.COMPLETED
    assert not statement.payment.capped


def test_a_whole_answer_is_handed_over_for_what_was_reserved(client: httpx2.Client) -> None:
    body = question(CHAT, f"!!slow {WORDS} 0\n!!verbose")
    response = client.post(CHAT, content=orjson.dumps(body))
    assert response.json()["usage"]["completion_tokens"] >= WORDS
    receipt = client.get(f"/v1/receipts/{response.headers['assay-receipt']}").json()["statement"]["predicate"]
    assert receipt["answer"]["outcome"] == "completed"
    assert receipt["payment"]["capped"] is True
    assert receipt["cost"] == reserved(body)
