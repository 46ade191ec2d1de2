"""What the node says of itself: `/metrics` in Prometheus' own words, without a bound that a caller could break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.integration.running import MODEL, RunningGateway, chat, serving
from tests.integration.wire import CHAT, connection, eventually, post
from tests.upstreams import ScriptedUpstream

from assay.services.gateway.metrics import MAX_MODELS, OTHER


@pytest.fixture
def client(upstream: ScriptedUpstream, tmp_path: Path) -> Iterator[httpx2.Client]:
    upstream.journal.clear()
    with serving(RunningGateway(tmp_path / "home", upstream.url)) as gateway, gateway.client() as client:
        yield client


def families(client: httpx2.Client) -> dict[str, Metric]:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {family.name: family for family in text_string_to_metric_families(response.text)}


def sample(client: httpx2.Client, name: str, **labels: str) -> float:
    """Sum of the samples called ``name`` that carry ``labels``."""
    return sum(
        sample.value
        for family in families(client).values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_a_healthy_node(client: httpx2.Client) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["reason"]) == ("ok", None)
    assert response.json()["enclave"] == {"family": "nitro", "kind": "simulated"}


def test_calls_are_counted(client: httpx2.Client) -> None:
    usage = client.post(CHAT, json=chat("one two three")).json()["usage"]
    client.post(CHAT, json=chat("one two three", stream=True))
    labels = {
        "gen_ai_operation_name": "chat",
        "gen_ai_request_model": MODEL,
        "gen_ai_provider_name": "local",
    }
    assert sample(client, "gen_ai_client_operation_duration_seconds_count", **labels) == 2
    tokens = "gen_ai_client_token_usage_total"
    assert sample(client, tokens, **labels, gen_ai_token_type="input") == 2 * usage["prompt_tokens"]
    assert sample(client, tokens, **labels, gen_ai_token_type="output") == 2 * usage["completion_tokens"]


def test_refusals_and_failures_are_counted(client: httpx2.Client) -> None:
    client.post(CHAT, content=b"nonsense")
    client.post(CHAT, json=chat("!!garbage"))
    assert sample(client, "assay_refusals_total", code="invalid_request") == 1
    assert sample(client, "assay_refusals_total", code="provider_garbage") == 1
    durations = "gen_ai_client_operation_duration_seconds_count"
    assert sample(client, durations, error_type="provider_garbage") == 1


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ("!!half", "provider_broke"),
        ("!!slow 900 0\n!!verbose\n!!no-usage", "budget_spent"),
        ("!!status 400", "400"),
    ],
)
def test_an_answer_that_is_not_whole_is_no_success(client: httpx2.Client, script: str, failure: str) -> None:
    client.post(CHAT, json=chat(script, stream=True, max_tokens=1))
    durations = "gen_ai_client_operation_duration_seconds_count"
    assert sample(client, durations, error_type=failure) == 1


def test_calls_under_way(client: httpx2.Client, upstream: ScriptedUpstream) -> None:
    key = client.headers["authorization"].removeprefix("Bearer ")
    with connection(str(client.base_url)) as caller:
        caller.sendall(post(chat("!!hang"), key))
        eventually(lambda: sample(client, "assay_calls_active") == 1)
    eventually(lambda: sample(client, "assay_calls_active") == 0)


def test_a_caller_cannot_make_series_without_end(client: httpx2.Client) -> None:
    """An open provider takes any model's name; each name counted apart would cost memory for ever."""
    for number in range(MAX_MODELS + 10):
        client.post(CHAT, json=chat("hi", max_tokens=1) | {"model": f"chat-only/model-{number}"})
    client.post(CHAT, json=chat("hi") | {"model": "chat-only/" + "m" * 1000})
    durations = families(client)["gen_ai_client_operation_duration_seconds"]
    models = {sample.labels["gen_ai_request_model"] for sample in durations.samples}
    assert len(models) == MAX_MODELS + 1
    assert sample(client, f"{durations.name}_count", gen_ai_request_model=OTHER) == 11
