"""Finding receipts again, and what they are worth when the node's clock, or the provider, repeats itself or errs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from tests.integration.in_thread import GatewayThread
from tests.integration.running import RunningGateway, chat, serving
from tests.integration.wire import CHAT, eventually
from tests.upstreams import ScriptedUpstream

from assay.apps.network.node import utc_now
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.delivery import take_from_body
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Level, Status


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with serving(RunningGateway(tmp_path_factory.mktemp("node") / "home", upstream.url)) as running:
        yield running


@pytest.fixture
def client(gateway: RunningGateway) -> Iterator[httpx2.Client]:
    with gateway.client() as client:
        yield client


def proven(client: httpx2.Client, receipt_id: str) -> Bundle:
    """The receipt's bundle, once the log has integrated it."""
    eventually(lambda: client.get(f"/v1/receipts/{receipt_id}/proof").status_code == 200)
    return Bundle.from_bytes(client.get(f"/v1/receipts/{receipt_id}/bundle").content)


def policy_of(client: httpx2.Client) -> Policy:
    return Policy.from_bytes(client.get("/.well-known/assay.json").content)


def test_a_provider_that_repeats_an_id(client: httpx2.Client) -> None:
    """Each answer has a receipt of its own; by the provider's id one finds the newest."""
    answers = [client.post(CHAT, json=chat(f"!!id chatcmpl-twice\n{text}")) for text in ("first", "second")]
    receipts = [answer.headers["assay-receipt"] for answer in answers]
    assert receipts[0] != receipts[1]
    for answer, receipt_id in zip(answers, receipts, strict=True):
        assert answer.json()["id"] == "chatcmpl-twice"
        found = client.get(f"/v1/receipts/{receipt_id}").json()
        delivery = take_from_body(answer.content)[1]
        assert delivery is not None
        assert (found["id"], found["log"]["index"]) == (receipt_id, delivery.log_index)
        assert found["receipt"] == delivery.receipt.to_json()
        assert (
            verify(proven(client, receipt_id), policy_of(client), utc_now()).level is Level.SIGNED_SIMULATED
        )
    assert client.get("/v1/receipts/chatcmpl-twice").json()["id"] == receipts[1]


def test_a_name_too_long_to_be_one(client: httpx2.Client) -> None:
    """A provider cannot make a receipt outgrow the log; the answer itself stays as it is."""
    long_id = "chatcmpl-" + "x" * 70_000
    answer = client.post(CHAT, json=chat(f"!!id {long_id}\nhello"))
    assert answer.json()["id"] == long_id
    statement = client.get(f"/v1/receipts/{answer.headers['assay-receipt']}").json()["statement"]
    assert statement["predicate"]["model"]["response_id"] == ""


@pytest.mark.parametrize(
    "name", ["", "0" * 64, "chatcmpl-nobody", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 10_000]
)
@pytest.mark.parametrize("part", ["", "/proof", "/bundle", "/nothing"])
def test_a_receipt_that_there_is_none_of(client: httpx2.Client, name: str, part: str) -> None:
    response = client.get(f"/v1/receipts/{name}{part}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "receipt_not_found"


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(seconds=60), timedelta(minutes=10)])
def test_a_clock_that_is_wrong(upstream: ScriptedUpstream, tmp_path: Path, ahead: timedelta) -> None:
    """A node whose clock runs ahead of the verifier's by more than the policy allows is not believed."""
    prepared = RunningGateway(tmp_path / "home", upstream.url)
    prepared.prepare()
    with GatewayThread(prepared.home, clock=lambda: utc_now() + ahead) as gateway:
        headers = {"x-api-key": prepared.api_key}
        with httpx2.Client(base_url=gateway.url, headers=headers) as client:
            receipt_id = client.post(CHAT, json=chat("what time is it?")).headers["assay-receipt"]
            bundle, policy = proven(client, receipt_id), policy_of(client)
    verdict = verify(bundle, policy, utc_now())
    failed = [check.name for check in verdict.checks if check.status is Status.FAILED]
    too_far = ahead > policy.max_skew
    assert failed == (["freshness"] if too_far else [])
    assert verdict.level is (Level.REJECTED if too_far else Level.SIGNED_SIMULATED)
    assert verify(bundle, policy, utc_now() + ahead).level is Level.SIGNED_SIMULATED


def test_a_node_without_a_chain_settles_nowhere(client: httpx2.Client) -> None:
    receipt_id = client.post(CHAT, json=chat("!!id chatcmpl-unsettled\nhello")).headers["assay-receipt"]
    refusal = client.get(f"/v1/receipts/{receipt_id}/settlement")
    assert refusal.status_code == 404
    assert refusal.json()["error"]["code"] == "settlement_off"
    assert proven(client, receipt_id).settlement is None
