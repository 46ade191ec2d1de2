"""The rules of a chain, each broken alone, seen through a document whose own signature is right."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA224, SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.unit.trust.evidence.forgery import (
    AUTHORITY_USAGE,
    LEAF_USAGE,
    NOW,
    Party,
    anchor,
    certify,
    chain_of,
    document,
    leaf,
)

from assay.trust.evidence import EvidenceChainInvalid, EvidenceMalformed, nitro


def accept(*chain: Party) -> None:
    nitro.verify(document(chain), [anchor(chain[0])], NOW)


def refuse(*chain: Party) -> None:
    with pytest.raises(EvidenceChainInvalid):
        accept(*chain)


def test_every_authority_may_be_followed_by_another_until_the_leaf() -> None:
    root = certify("root")
    accept(*chain_of(root))
    region = certify("region", root)
    accept(*chain_of(root, region))
    accept(*chain_of(root, region, certify("instance", region, digest=SHA256())))


def test_a_leaf_signed_by_a_key_outside_the_chain() -> None:
    root = certify("root")
    refuse(root, leaf(root, signed_by=certify("root")))


def test_an_intermediate_signed_by_a_key_outside_the_chain() -> None:
    root = certify("root")
    refuse(*chain_of(root, certify("region", root, signed_by=certify("root"))))


def test_a_leaf_that_names_another_issuer() -> None:
    root = certify("root")
    refuse(root, leaf(certify("stranger"), signed_by=root))


def test_certificates_in_the_wrong_order() -> None:
    root = certify("root")
    region = certify("region", root)
    zone = certify("zone", region)
    refuse(root, zone, region, leaf(zone))


@pytest.mark.parametrize("ca", [False, None])
def test_an_issuer_that_is_no_authority(ca: bool | None) -> None:
    root = certify("root")
    refuse(*chain_of(root, certify("region", root, ca=ca)))


def test_an_issuer_whose_key_may_not_sign_certificates() -> None:
    root = certify("root")
    refuse(*chain_of(root, certify("region", root, usage=LEAF_USAGE)))
    accept(*chain_of(root, certify("region", root, usage=None)))


def test_a_leaf_whose_key_may_not_sign() -> None:
    root = certify("root")
    refuse(root, leaf(root, usage=AUTHORITY_USAGE))
    accept(root, leaf(root, usage=None))


def test_more_levels_than_an_authority_grants() -> None:
    root = certify("root", path_length=1)
    region = certify("region", root, path_length=0)
    accept(*chain_of(root, region))
    refuse(*chain_of(root, region, certify("zone", region)))
    free = certify("free", root)
    refuse(*chain_of(root, free, certify("zone", free)))


@pytest.mark.parametrize("position", range(3))
def test_a_critical_extension_that_no_rule_knows(position: int) -> None:
    unknown = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    root = certify("root", extension=unknown if position == 0 else None)
    region = certify("region", root, extension=unknown if position == 1 else None)
    refuse(root, region, leaf(region, extension=unknown if position == 2 else None))


def test_a_leaf_key_on_another_curve() -> None:
    root = certify("root")
    refuse(root, leaf(root, curve=ec.SECP256R1()))


def test_a_hash_weaker_than_sha256() -> None:
    root = certify("root")
    refuse(root, leaf(root, digest=SHA224()))


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.SECP224R1()])
def test_a_key_on_a_curve_on_which_no_vendor_has_one(curve: ec.EllipticCurve) -> None:
    root = certify("root")
    with pytest.raises(EvidenceMalformed):
        accept(*chain_of(root, certify("region", root, curve=curve)))
