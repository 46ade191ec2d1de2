"""The ARK's revocation list: whom it names, who may write it, and until when it says anything."""

from __future__ import annotations

from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.snp.forgery import (
    DECADE,
    Authority,
    anchor,
    ark,
    ask,
    asvk,
    authority,
    collateral,
    crl,
    report,
    signer,
    vlek,
)

from assay.trust.evidence import (
    Claims,
    EvidenceChainInvalid,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceRevoked,
    snp,
)

ASK_SERIAL = 0x10001
ASVK_SERIAL = 0x10101


def verify(crl: bytes, at: datetime = NOW) -> Claims:
    return snp.verify(report(), [anchor(ark("Milan"))], at, collateral(crl=crl))


def refuse(error: type[EvidenceError], crl: bytes, at: datetime = NOW) -> None:
    with pytest.raises(error):
        verify(crl, at)


def test_others_on_the_list() -> None:
    assert verify(crl(ark("Milan"), [ASVK_SERIAL, 7])).missing == ()


def test_the_ask_on_the_list() -> None:
    refuse(EvidenceRevoked, crl(ark("Milan"), [7, ASK_SERIAL]))


@pytest.mark.parametrize("serial", [ASVK_SERIAL, 0x9999])
def test_the_asvk_or_the_clouds_key_on_the_list(serial: int) -> None:
    key = signer(asvk("Milan"), vlek=True, serial=0x9999)
    files = collateral(vlek_key=key, crl=crl(ark("Milan"), [serial]))
    with pytest.raises(EvidenceRevoked):
        snp.verify(report(key, key_info=1 << 2), [anchor(ark("Milan"))], NOW, files)
    files = collateral(vlek_key=vlek("Milan"), crl=crl(ark("Milan"), [ASK_SERIAL]))
    snp.verify(report(vlek("Milan"), key_info=1 << 2), [anchor(ark("Milan"))], NOW, files)


def test_revoked_stays_revoked_whatever_the_time() -> None:
    refuse(EvidenceRevoked, crl(ark("Milan"), [ASK_SERIAL]), NOW + 2 * HOUR)
    refuse(EvidenceRevoked, crl(ark("Milan"), [ASK_SERIAL]), NOW - 2 * HOUR)


def test_both_ends_belong_to_its_time() -> None:
    for at in (NOW - HOUR, NOW + HOUR):
        claims = verify(crl(ark("Milan")), at)
        assert (claims.not_before, claims.not_after) == (NOW - HOUR, NOW + HOUR)


@pytest.mark.parametrize("at", [NOW - HOUR * 1.001, NOW + HOUR * 1.001])
def test_a_list_says_nothing_outside_of_its_time(at: datetime) -> None:
    refuse(EvidenceExpired, crl(ark("Milan")), at)


def test_a_list_of_another_authority() -> None:
    refuse(EvidenceChainInvalid, crl(ark("Genoa")))
    refuse(EvidenceChainInvalid, crl(ask("Milan")))


def test_a_list_that_only_has_the_name() -> None:
    refuse(EvidenceChainInvalid, crl(authority("ARK-Milan")))
    refuse(EvidenceChainInvalid, crl(ark("Milan"), named="ARK-Genoa"))


def test_an_authority_that_may_not_write_lists() -> None:
    root = authority("ARK-Milan", crl_sign=False)
    issuer = authority("SEV-Milan", root)
    key = signer(issuer)
    chain = issuer.pem + root.pem

    def verify_under(root: Authority, crl: bytes | None) -> Claims:
        return snp.verify(report(key), [anchor(root)], NOW, collateral(key=key, chain=chain, crl=crl))

    assert verify_under(root, None).missing == ("crl",)
    with pytest.raises(EvidenceChainInvalid, match="may not sign"):
        verify_under(root, crl(root))


def test_a_list_that_is_not_complete() -> None:
    partial = x509.DeltaCRLIndicator(1)
    refuse(EvidenceMalformed, crl(ark("Milan"), extension=partial))


def test_a_long_list() -> None:
    many = crl(ark("Milan"), range(100_000, 101_000), window=DECADE)
    assert len(many) < 64 * 1024
    assert verify(many).missing == ()


def test_a_list_that_is_signed_as_amd_signs_none() -> None:
    refuse(EvidenceChainInvalid, crl(ark("Milan"), padding=PKCS1v15()))
