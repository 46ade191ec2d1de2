"""What a gateway shows for its word: fetched once, asked for again while it is pending, believed by the policy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.unit.apps.client.node import NONCE, NOW, REQUEST, Node

from assay.apps.client.backing import Backing, ProofPending
from assay.apps.client.exchange import Exchange, Received
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.steps import Fetch, Pause, Steps
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.engines.inference.operation import Operation
from assay.errors import FormatError
from assay.trust.envelope import Envelope
from assay.trust.evidence import collection
from assay.trust.evidence.collection import Collection
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.keys.revocation import Revocation
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import EvidenceClaim
from assay.trust.receipts.settlement import Leaf, SettlementProof, batch_path, batch_root
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.verdict import Level

T = TypeVar("T")
Pages = Callable[[str], bytes | None]


class Network:
    """Serves pages without a socket, and counts what it is asked."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.asked: list[str] = []
        self.waited = 0.0

    def do(self, steps: Steps[T]) -> T:
        answer: bytes | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = self._fetch(step.path) if isinstance(step, Fetch) else self._pause(step)

    def _fetch(self, path: str) -> bytes | None:
        self.asked.append(path)
        return self._pages(path)

    def _pause(self, pause: Pause) -> None:
        self.waited += pause.seconds


@pytest.fixture(scope="module")
def enclave(tmp_path_factory: pytest.TempPathFactory) -> SimulatedEnclave:
    return SimulatedEnclave.open(tmp_path_factory.mktemp("keys"), clock=lambda: NOW)


def attest(enclave: SimulatedEnclave, node: Node, nonce: bytes = b"") -> bytes:
    named = Collection((), node.public_key, nonce=nonce, certificate=node.certificate)
    return replace(named, parts=enclave.evidence(named.bound, nonce)).to_bytes()


def attestation_page(enclave: SimulatedEnclave, node: Node, nonce: bytes | None = None) -> Pages:
    def page(path: str) -> bytes:
        asked = bytes.fromhex(parse_qs(urlsplit(path).query)["nonce"][0])
        return attest(enclave, node, asked if nonce is None else nonce)

    return page


def nothing(path: str) -> None:
    return None


def backing(policy: Policy) -> Backing:
    return Backing(policy, lambda: NOW)


def received(node: Node) -> tuple[Exchange, Received]:
    exchange = Exchange(Operation.CHAT, REQUEST, NONCE, node.policy)
    return exchange, exchange.read_body(node.body(), None)


def test_evidence_is_fetched_once_for_many_receipts(enclave: SimulatedEnclave) -> None:
    document = attest(enclave, Node())
    digest = hashlib.sha256(document).hexdigest()
    node = Node(evidence=[EvidenceClaim(collection.TYPE, digest)])
    policy = Policy(anchors=(enclave.anchor(),))
    network, source = Network({f"/evidence/{digest}": document}.get), backing(policy)
    exchange, answer = received(node)
    exchange = replace(exchange, policy=policy)
    levels = [network.do(source.conclude(exchange, answer)).verdict.level for _ in range(2)]
    assert levels == [Level.SIGNED_SIMULATED] * 2
    assert network.asked == [f"/evidence/{digest}"]


def test_evidence_that_cannot_be_had_lowers_the_level(enclave: SimulatedEnclave) -> None:
    node = Node(evidence=[EvidenceClaim(collection.TYPE, "00" * 32)])
    policy = Policy(anchors=(enclave.anchor(),))
    exchange, answer = received(node)
    with pytest.raises(AnswerRefused) as refused:
        Network(nothing).do(backing(policy).conclude(replace(exchange, policy=policy), answer))
    assert refused.value.check == "level"


def test_another_document_under_the_named_digest_is_refused(enclave: SimulatedEnclave) -> None:
    node = Node(evidence=[EvidenceClaim(collection.TYPE, "00" * 32)])
    policy = replace(node.policy, anchors=(enclave.anchor(),))
    exchange, answer = received(node)
    network = Network(lambda path: attest(enclave, node))
    with pytest.raises(AnswerRefused) as refused:
        network.do(backing(policy).conclude(replace(exchange, policy=policy), answer))
    assert refused.value.check == "evidence"


def test_the_key_of_a_pinned_node_releases_heads(enclave: SimulatedEnclave) -> None:
    """Whatever its evidence is worth: the policy pins the node that certified it, and no root."""
    network, source = Network(attestation_page(enclave, Node())), backing(Node().policy)
    assert network.do(source.head_keys()) == {Node().certificate.key}
    assert network.do(source.head_keys()) == {Node().certificate.key}
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    "changes",
    [{"node": Node(2).certificate.node}, {"key": Node(2).certificate.key}, {"signature": bytes(64)}],
)
def test_a_key_that_the_pinned_node_did_not_certify_releases_nothing(
    enclave: SimulatedEnclave, changes: dict[str, str]
) -> None:
    node = Node()
    node.certificate = replace(node.certificate, **changes)
    network = Network(attestation_page(enclave, node))
    assert network.do(backing(Node().policy).head_keys()) == frozenset()


def test_the_key_is_asked_for_anew_when_the_node_has_another(enclave: SimulatedEnclave) -> None:
    source = backing(Node().policy)
    old = Node()
    old.key, old.public_key = Node(9).key, Node(9).public_key
    old.certificate = KeyCertificate.issue(
        Node().certificate.node, old.public_key.hex(), NOW, NOW, Node().identity.sign
    )
    assert Network(attestation_page(enclave, old)).do(source.head_keys()) == {old.certificate.key}
    exchange, answer = received(Node())
    Network(nothing).do(source.conclude(exchange, answer))
    assert Network(attestation_page(enclave, Node())).do(source.head_keys()) == {Node().certificate.key}


def test_an_attested_key_releases_heads(enclave: SimulatedEnclave) -> None:
    network, source = Network(attestation_page(enclave, Node())), backing(Policy(anchors=(enclave.anchor(),)))
    assert network.do(source.head_keys()) == {Node().certificate.key}
    assert network.do(source.head_keys()) == {Node().certificate.key}
    assert len(network.asked) == 1


@pytest.mark.parametrize("page", ["none", "old nonce", "garbage", "not an object", "another type"])
def test_a_key_that_is_not_freshly_attested_releases_nothing(enclave: SimulatedEnclave, page: str) -> None:
    pages: dict[str, Pages] = {
        "none": nothing,
        "old nonce": attestation_page(enclave, Node(), nonce=b"an earlier one"),
        "garbage": lambda path: b"<html>",
        "not an object": lambda path: b"[]",
        "another type": lambda path: b'{"type":"?"}',
    }
    source = backing(Policy(anchors=(enclave.anchor(),)))
    assert Network(pages[page]).do(source.head_keys()) == frozenset()


@pytest.mark.parametrize("pinned", ["node", "root"])
def test_a_key_that_was_taken_back_releases_nothing(enclave: SimulatedEnclave, pinned: str) -> None:
    """Who has stolen it has its certificate, too, which holds for days; its heads would show what no receipt covers."""
    node = Node()
    lost = Revocation.issue(
        node.certificate.node, node.certificate.key, "example.org/log", 7, NOW, "", node.identity.sign
    )
    believed = node.policy if pinned == "node" else Policy(anchors=(enclave.anchor(),))
    source = backing(replace(believed, revocations=(lost,)))
    assert Network(attestation_page(enclave, node)).do(source.head_keys()) == frozenset()


def test_a_simulated_key_releases_nothing_where_attested_is_the_floor(enclave: SimulatedEnclave) -> None:
    policy = Policy(floor=Level.ATTESTED, nodes=Node().policy.nodes, anchors=(enclave.anchor(),))
    assert Network(attestation_page(enclave, Node())).do(backing(policy).head_keys()) == frozenset()


def test_a_pending_proof_is_asked_for_again(enclave: SimulatedEnclave) -> None:
    answers = iter([None, None, b"proof"])
    network = Network(lambda path: next(answers))
    assert network.do(backing(Policy()).proof("ab", timeout=10)) == b"proof"
    assert network.asked == ["/v1/receipts/ab/proof"] * 3
    assert 0 < network.waited < 1


def test_a_proof_that_does_not_come_in_time_is_pending() -> None:
    exchange, answer = received(Node())
    bundle = exchange.conclude(answer, {}, None, NOW).bundle
    network = Network(nothing)
    with pytest.raises(ProofPending):
        network.do(backing(Node().policy).complete(bundle, timeout=5))
    assert network.waited >= 5


def test_a_bundle_gets_the_proof_of_a_chain_that_has_it() -> None:
    exchange, answer = received(Node())
    bundle = replace(exchange.conclude(answer, {}, None, NOW).bundle, proof=b"there")
    payload = Envelope.from_bytes(bundle.receipt).payload
    leaf = Leaf.of(receipt_id(payload), Statement.from_bytes(payload))
    other = replace(leaf, mode=leaf.mode + 1)
    good, bad = (
        SettlementProof(
            chain_id=31337,
            genesis=bytes(32),
            contract=f"0x{bytes(20).hex()}",
            root=batch_root([one, other]),
            size=2,
            index=0,
            path=batch_path([one, other], 0),
            transaction=bytes(32),
        ).to_bytes()
        for one in (leaf, other)
    )
    network = Network(lambda path: good)
    completed = network.do(backing(Node().policy).complete(bundle, timeout=5))
    assert completed == replace(bundle, settlement=good)
    assert network.asked == [f"/v1/receipts/{receipt_id(payload)}/settlement"]
    assert Network(nothing).do(backing(Node().policy).complete(bundle, timeout=5)) == bundle
    for wrong in (bad, b"garbage"):
        with pytest.raises(FormatError):
            Network(lambda path, wrong=wrong: wrong).do(backing(Node().policy).complete(bundle, timeout=5))


def test_a_proof_that_proves_nothing_is_refused() -> None:
    exchange, answer = received(Node())
    bundle = exchange.conclude(answer, {}, None, NOW).bundle
    with pytest.raises(AnswerRefused) as refused:
        Network(lambda path: b"garbage").do(backing(Node().policy).complete(bundle, timeout=5))
    assert refused.value.check == "inclusion"
