"""A report of a real H100, where the vectors lie beside the checkout; it is not ours to ship."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.trust.evidence import AnchorKind, Claims, EvidenceError, nvidia, roots
from assay.trust.evidence.document import read_document

VECTORS = Path(__file__).resolve().parents[6] / "shared" / "vectors" / "nvidia"
pytestmark = pytest.mark.skipif(
    not VECTORS.exists(), reason="no vectors of real hardware beside this checkout"
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def document() -> bytes:
    return read_document((VECTORS / "hopperAttestationReport.txt").read_bytes())


def chain() -> bytes:
    return (VECTORS / "hopperCertChain.txt").read_bytes()


def verify(report: bytes) -> Claims:
    return nvidia.verify(report, roots.PRODUCTION, AT, nvidia.collect([chain()]))


def test_it_is_genuine() -> None:
    claims = verify(document())
    assert claims.anchor == roots.NVIDIA_DEVICE_IDENTITY
    assert claims.anchor.kind is AnchorKind.PRODUCTION
    assert claims.nonce is not None
    assert claims.nonce.hex() == "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb"
    assert claims.identity == "478176379286082186618948445787393647364802107249"
    assert claims.versions == {"driver": "550.90.07", "vbios": "96.00.9F.00.01"}
    assert claims.attributes["hwmodel"] == "GH100 A01 GSP BROM"
    assert claims.attributes["fwid_match"] is True
    assert len(claims.measurements) == 64
    assert claims.measurements["MEASUREMENT2"].startswith("8048dfd18fe229bf")
    assert claims.measured
    assert claims.missing == ("driver_rim", "vbios_rim")
    assert claims.not_after.year == 9999


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_byte_of_it_can_change(data: st.DataObject) -> None:
    changed = bytearray(document())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EvidenceError):
        verify(bytes(changed))


@pytest.mark.slow
def test_no_byte_of_it_can_change_in_turn() -> None:
    for position in range(len(document())):
        changed = bytearray(document())
        changed[position] ^= 1 << position % 8
        with pytest.raises(EvidenceError):
            verify(bytes(changed))
