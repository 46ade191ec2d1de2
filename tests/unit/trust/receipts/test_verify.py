"""A verifier believes nothing it was not given reason to, and names what failed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.receipts.office import CHUNKS, NOW, REQUEST_BODY, SECRET, Office

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.envelope import Envelope
from assay.trust.evidence import AnchorKind, collection
from assay.trust.evidence.collection import Collection
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import EvidenceClaim
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.verify import verify, verify_file
from assay.trust.verdict import Level, Status, Verdict


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def whole(office: Office) -> Bundle:
    return office.bundle()


@pytest.fixture(scope="module")
def streamed(office: Office) -> Bundle:
    return office.stream_bundle()


def failing(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.failures}


def test_complete_bundles_pass_every_check(office: Office, whole: Bundle, streamed: Bundle) -> None:
    for bundle in (whole, streamed):
        verdict = verify_file(bundle.to_bytes(), office.policy(), NOW)
        assert verdict.level is Level.SIGNED_SIMULATED
        assert {check.status for check in verdict.checks} == {Status.PASSED}
        assert [check.name for check in verdict.checks] == [
            "format",
            "signature",
            "opening",
            "inclusion",
            "evidence",
            "appraisal",
            "binding",
            "validity",
            "nonce",
            "freshness",
        ]


def test_simulated_evidence_never_outranks_a_signature() -> None:
    assert (
        Level.SIGNED_SIMULATED.rank
        == Level.SIGNED.rank
        < Level.REPLAYED_TOLERANT.rank
        < Level.ATTESTED_WARN.rank
    )


def test_an_empty_policy_believes_nobody(whole: Bundle) -> None:
    verdict = verify(whole, Policy(), NOW)
    assert verdict.level is Level.UNVERIFIED
    assert not verdict.level.meets(Policy().floor)


def test_a_pinned_key_is_signed_without_evidence(office: Office, whole: Bundle) -> None:
    verdict = verify(replace(whole, evidence={}), office.policy(), NOW)
    assert verdict.level is Level.SIGNED


def test_a_private_bundle_verifies_without_content(office: Office, whole: Bundle) -> None:
    private = replace(whole, request=None, answer=None, opening=None)
    verdict = verify(private, office.policy(), NOW)
    assert verdict.level is Level.SIGNED_SIMULATED


def test_one_member_can_be_disclosed_alone(office: Office, whole: Bundle) -> None:
    label = "request/temperature"
    told = Opening({label: SECRET.salt(label)}, {label: b"0.7"})
    verdict = verify(replace(whole, request=None, answer=None, opening=told), office.policy(), NOW)
    assert verdict.level is Level.SIGNED_SIMULATED
    lie = Opening({label: SECRET.salt(label)}, {label: b"0.8"})
    verdict = verify(replace(whole, request=None, answer=None, opening=lie), office.policy(), NOW)
    assert (verdict.level, failing(verdict)) == (Level.REJECTED, {"opening"})


EXPECTED = {
    "request": {"opening"},
    "answer": {"opening"},
    "proof": {"inclusion"},
    "evidence": {"evidence"},
    "receipt": {"format", "signature"},
}
"""Which check must name a change in which part of a bundle."""


@pytest.mark.parametrize("part", sorted(EXPECTED))
@pytest.mark.parametrize("kind", ["whole", "streamed"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_rejected_by_name(
    part: str, kind: str, data: st.DataObject, office: Office, request: pytest.FixtureRequest
) -> None:
    bundle: Bundle = request.getfixturevalue(kind)
    original = _part(bundle, part)
    at = data.draw(st.integers(0, len(original) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = original[:at] + bytes([original[at] ^ flip]) + original[at + 1 :]
    verdict = verify(_with_part(bundle, part, changed), office.policy(), NOW)
    assert verdict.level is Level.REJECTED
    assert failing(verdict) & EXPECTED[part]


def _part(bundle: Bundle, part: str) -> bytes:
    if part == "evidence":
        (document,) = bundle.evidence.values()
        return document
    value = getattr(bundle, part)
    assert isinstance(value, bytes)
    return value


def _with_part(bundle: Bundle, part: str, value: bytes) -> Bundle:
    if part == "evidence":
        (digest,) = bundle.evidence
        return replace(bundle, evidence={digest: value})
    return replace(bundle, **{part: value})


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_changed_salt_is_rejected(data: st.DataObject, office: Office, whole: Bundle) -> None:
    assert whole.opening is not None
    label = data.draw(st.sampled_from([name for name in whole.opening.salts if name != "sent"]))
    bit = data.draw(st.integers(0, 255))
    salt = bytearray(whole.opening.salts[label])
    salt[bit // 8] ^= 1 << bit % 8
    opening = Opening({**whole.opening.salts, label: bytes(salt)})
    verdict = verify(replace(whole, opening=opening), office.policy(), NOW)
    assert failing(verdict) == {"opening"}


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for name, member in value.items() for leaf in _leaves(member, (*path, name))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*path, index))]
    return [path]


def test_any_changed_claim_under_the_old_signature_is_rejected(
    office: Office, whole: Bundle, streamed: Bundle
) -> None:
    """Usage, price, cost, model, attempts, nonce, node, time: each leaf of the statement, one at a time."""
    for bundle in (whole, streamed):
        envelope = Envelope.from_bytes(bundle.receipt)
        original = orjson.loads(envelope.payload)
        leaves = _leaves(original)
        assert len(leaves) > 40
        for path in leaves:
            statement = orjson.loads(envelope.payload)
            holder = statement
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = _other(holder[path[-1]])
            forged = replace(envelope, payload=canonicalize(statement))
            verdict = verify(replace(bundle, receipt=forged.to_bytes()), office.policy(), NOW)
            assert verdict.level is Level.REJECTED, path
            assert failing(verdict) & {"format", "signature"}, path


def _other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    assert isinstance(value, str)
    return ("1" if value[:1] != "1" else "2") + value[1:]


def test_chunks_in_another_order_are_rejected(office: Office, streamed: Bundle) -> None:
    swapped = [CHUNKS[1], CHUNKS[0], *CHUNKS[2:]]
    verdict = verify(replace(streamed, answer=b"".join(swapped)), office.policy(), NOW)
    assert failing(verdict) == {"opening"}


def test_a_truncated_stream_is_rejected(office: Office, streamed: Bundle) -> None:
    verdict = verify(replace(streamed, answer=b"".join(CHUNKS[:-1])), office.policy(), NOW)
    assert failing(verdict) == {"opening"}


def test_request_members_may_neither_appear_nor_vanish(office: Office, whole: Bundle) -> None:
    asked = orjson.loads(REQUEST_BODY)
    for changed in ({**asked, "top_p": 1}, {name: asked[name] for name in asked if name != "seed"}):
        verdict = verify(replace(whole, request=orjson.dumps(changed)), office.policy(), NOW)
        assert failing(verdict) == {"opening"}


Change = Callable[[Office], tuple[Bundle, Policy, timedelta]]

REFUSED: dict[str, tuple[str, Change]] = {
    "another node's signature": (
        "signature",
        lambda office: (
            office.seal(office.statement(key=replace(office.key.certificate(NOW), key="11" * 32)), {}),
            office.policy(),
            timedelta(0),
        ),
    ),
    "a key that another node certified": (
        "signature",
        lambda office: (
            office.seal(office.statement(key=replace(office.key.certificate(NOW), node="11" * 32)), {}),
            office.policy(),
            timedelta(0),
        ),
    ),
    "a key whose certificate had not begun": (
        "signature",
        lambda office: (
            office.seal(office.statement(key=office.key.certificate(NOW + timedelta(days=30))), {}),
            office.policy(),
            timedelta(0),
        ),
    ),
    "evidence for another key": (
        "binding",
        lambda office: (
            _with_evidence(office, office.evidence(key=bytes(32))),
            office.policy(),
            timedelta(0),
        ),
    ),
    "evidence for no key": (
        "binding",
        lambda office: (
            _with_evidence(office, replace(Collection.from_bytes(office.evidence()), key=b"").to_bytes()),
            office.policy(),
            timedelta(0),
        ),
    ),
    "evidence the receipt does not name": (
        "evidence",
        lambda office: (
            replace(office.bundle(), evidence={"22" * 32: office.evidence()}),
            office.policy(),
            timedelta(0),
        ),
    ),
    "two evidence files": ("evidence", lambda office: (_with_two(office), office.policy(), timedelta(0))),
    "another caller's nonce": (
        "nonce",
        lambda office: (office.bundle(), office.policy(nonce="n-2"), timedelta(0)),
    ),
    "a receipt from the future": (
        "freshness",
        lambda office: (office.bundle(), office.policy(), -timedelta(hours=1)),
    ),
    "a receipt too old": (
        "freshness",
        lambda office: (office.bundle(), office.policy(max_age=timedelta(days=1)), timedelta(days=2)),
    ),
    "no proof where the policy wants one": (
        "inclusion",
        lambda office: (
            replace(office.bundle(), proof=None),
            office.policy(require_inclusion=True),
            timedelta(0),
        ),
    ),
    "too few witnesses": (
        "inclusion",
        lambda office: (office.bundle(), office.policy(quorum=1), timedelta(0)),
    ),
    "another receipt's proof": (
        "inclusion",
        lambda office: (replace(office.bundle(), proof=office.bundle().proof), office.policy(), timedelta(0)),
    ),
    "content without salts": (
        "opening",
        lambda office: (replace(office.bundle(), opening=None), office.policy(), timedelta(0)),
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_refused(case: str, office: Office) -> None:
    check, make = REFUSED[case]
    bundle, policy, later = make(office)
    verdict = verify(bundle, policy, NOW + later)
    assert verdict.level is Level.REJECTED
    assert failing(verdict) == {check}


def _with_two(office: Office) -> Bundle:
    files = {
        hashlib.sha256(file).hexdigest(): file for file in (office.evidence(), office.evidence(b"o" * 32))
    }
    named = tuple(EvidenceClaim(collection.TYPE, digest) for digest in files)
    return office.seal(office.statement(evidence=named), files)


def _with_evidence(office: Office, document: bytes) -> Bundle:
    digest = hashlib.sha256(document).hexdigest()
    return office.seal(
        office.statement(evidence=(EvidenceClaim(collection.TYPE, digest),)), {digest: document}
    )


def test_a_simulated_root_cannot_be_pinned_as_production(office: Office, whole: Bundle) -> None:
    lie = replace(office.enclave.anchor(), kind=AnchorKind.PRODUCTION)
    verdict = verify(whole, office.policy(anchors=(lie,)), NOW)
    assert failing(verdict) == {"evidence"}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_file_makes_the_verifier_raise(data: bytes) -> None:
    assert verify_file(data, Policy(), NOW).level is Level.REJECTED


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_changed_file_does_better_than_the_original(
    data: st.DataObject, office: Office, whole: Bundle
) -> None:
    original = whole.to_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    changed = original[:at] + bytes([original[at] ^ data.draw(st.integers(1, 255))]) + original[at + 1 :]
    assert verify_file(changed, office.policy(), NOW).level in (Level.REJECTED, Level.SIGNED_SIMULATED)


def test_a_policy_is_read_back_as_written(office: Office) -> None:
    policy = office.policy(max_age=timedelta(days=3), measurements=({"PCR0": "aa"},), quorum=0)
    assert Policy.from_bytes(orjson.dumps(policy.to_json())) == policy


def test_statements_are_read_back_as_written(office: Office) -> None:
    statement = office.statement()
    assert Statement.from_bytes(statement.to_bytes()) == statement


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bundle_packed_in_a_way_that_bundles_are_not(whole: Bundle, compression: int) -> None:
    """The libraries for these raise what nobody expects, for a file that is damaged."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        archive.writestr("receipt.json", whole.receipt)
    with pytest.raises(FormatError, match="deflated"):
        Bundle.from_bytes(target.getvalue())


def test_bundle_files_are_deterministic(whole: Bundle) -> None:
    assert Bundle.from_bytes(whole.to_bytes()) == whole
    assert whole.to_bytes() == Bundle.from_bytes(whole.to_bytes()).to_bytes()


def test_a_cost_that_is_not_the_sum_is_no_statement(office: Office) -> None:
    dear = office.statement()
    verdict = verify(office.seal(replace(dear, cost=dear.cost + 1), {}), office.policy(), NOW)
    assert failing(verdict) == {"format"}
