"""Whatever bytes come, the answer is claims or an `EvidenceError`, and no change of a byte makes it better."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.snp.forgery import anchor, ark, ask, collateral, report, sign, vcek, vlek

from assay.trust.evidence import AnchorKind, Claims, EvidenceError, TrustAnchor, snp

FILES = collateral()
REPORT = report()
ANCHORS = [anchor(ark("Milan"))]


def judge(
    document: bytes, files: Mapping[str, bytes] = FILES, anchors: list[TrustAnchor] = ANCHORS
) -> Claims | None:
    """The claims, or none when refused as it should be; any other exception is a failure."""
    try:
        return snp.verify(document, anchors, NOW, files)
    except EvidenceError:
        return None


def test_every_byte_of_a_report_counts() -> None:
    assert judge(REPORT) is not None
    for position in range(len(REPORT)):
        changed = bytearray(REPORT)
        changed[position] ^= 1 << position % 8
        assert judge(bytes(changed)) is None, position


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_other_value_of_a_byte_passes(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(REPORT) - 1))
    changed = bytearray(REPORT)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert judge(bytes(changed)) is None


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_byte_of_the_collateral_never_helps(data: st.DataObject) -> None:
    """A changed byte may stand where nothing is read, such as the end of a line; then the claims are the same."""
    name = data.draw(st.sampled_from(sorted(FILES)))
    content = bytearray(FILES[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    assert judge(REPORT, {**FILES, name: bytes(content)}) in (None, judge(REPORT))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_root_that_is_pinned_as_it_is(data: st.DataObject) -> None:
    """So that its parsing, not its fingerprint, is what refuses it."""
    changed = bytearray(ark("Milan").certificate.public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    pinned = TrustAnchor(AnchorKind.PRODUCTION, "snp", "changed", hashlib.sha256(changed).hexdigest())
    chain = ask("Milan").pem + ssl.DER_cert_to_PEM_cert(bytes(changed)).encode()
    judge(REPORT, {**FILES, "chain": chain}, [pinned])


@given(st.binary(max_size=1300))
def test_random_documents(document: bytes) -> None:
    assert judge(document) is None


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=0x2A0, max_size=0x2A0), st.booleans())
def test_random_bodies_under_a_trusted_signature(body: bytes, cloud: bool) -> None:
    key = vlek("Milan") if cloud else vcek("Milan")
    judge(sign(key.key, body), collateral(vlek_key=key) if cloud else FILES)


@given(st.dictionaries(st.sampled_from(["vcek", "chain", "crl", "other"]), st.binary(max_size=100)))
def test_random_collateral(files: dict[str, bytes]) -> None:
    assert judge(REPORT, files) is None
