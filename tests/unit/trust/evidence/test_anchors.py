from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.evidence import AnchorKind, TrustAnchor

FINGERPRINT = "ab" * 32


@given(
    kind=st.sampled_from(AnchorKind),
    family=st.text(),
    name=st.text(),
    fingerprint=st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_an_anchor_survives_json(kind: AnchorKind, family: str, name: str, fingerprint: str) -> None:
    anchor = TrustAnchor(kind, family, name, fingerprint)
    assert TrustAnchor.from_json(json.loads(json.dumps(anchor.to_json()))) == anchor


@pytest.mark.parametrize("fingerprint", ["", "ab" * 31, "AB" * 32, "zz" * 32, "ab" * 32 + "\n"])
def test_a_fingerprint_is_one_spelling_of_a_sha256(fingerprint: str) -> None:
    with pytest.raises(FormatError):
        TrustAnchor(AnchorKind.PRODUCTION, "nitro", "AWS", fingerprint)


@pytest.mark.parametrize(
    "change",
    [{"kind": "trusted"}, {"kind": None}, {"kind": []}, {"family": 1}, {"fingerprint": "00"}, {"extra": "x"}],
)
def test_json_of_another_shape_is_refused(change: dict[str, object]) -> None:
    value: dict[str, object] = dict(TrustAnchor(AnchorKind.DEBUG, "snp", "AMD", FINGERPRINT).to_json())
    with pytest.raises(FormatError):
        TrustAnchor.from_json(value | change)


def test_a_missing_member_is_refused() -> None:
    with pytest.raises(FormatError):
        TrustAnchor.from_json({"kind": "production", "family": "nitro", "fingerprint": FINGERPRINT})
