"""Files without names, sorted by what is in them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.forgery import NOW, certify, leaf
from tests.unit.trust.evidence.snp.forgery import (
    Authority,
    anchor,
    ark,
    ask,
    asvk,
    collateral,
    crl,
    report,
    vcek,
    vlek,
)

from assay.trust.evidence import EvidenceMalformed, snp

CRL = crl(ark("Milan"))


def der(authority: Authority) -> bytes:
    return authority.certificate.public_bytes(Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


WAYS = {
    "as AMD serves them": [vcek("Milan").der, ask("Milan").pem + ark("Milan").pem, CRL],
    "in another order": [CRL, ark("Milan").pem + ask("Milan").pem, vcek("Milan").der],
    "each alone, in DER": [der(ark("Milan")), vcek("Milan").der, der(ask("Milan")), CRL],
    "each alone, in PEM": [
        ark("Milan").pem,
        ask("Milan").pem,
        pem(vcek("Milan").certificate),
        x509.load_der_x509_crl(CRL).public_bytes(Encoding.PEM),
    ],
    "in one PEM, and some twice": [
        ark("Milan").pem + pem(vcek("Milan").certificate) + ask("Milan").pem,
        ask("Milan").pem,
        CRL,
        CRL,
    ],
}


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS.keys())
def test_every_way_to_give_the_same_files(files: list[bytes]) -> None:
    found = snp.collect(files)
    assert found == collateral(crl=CRL)
    snp.verify(report(), [anchor(ark("Milan"))], NOW, found)


def test_a_clouds_key() -> None:
    found = snp.collect([vlek("Milan").der, der(asvk("Milan")), der(ark("Milan"))])
    assert found == collateral(vlek_key=vlek("Milan"), crl=None)


def test_nothing() -> None:
    assert snp.collect([]) == {}


def test_only_some_of_it() -> None:
    assert snp.collect([vcek("Milan").der]) == {"vcek": vcek("Milan").der}
    assert snp.collect([ark("Milan").pem]) == {"chain": ark("Milan").pem}


STRANGERS = {
    "nothing at all": b"",
    "text": b"{}",
    "a PEM of nothing": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "a PEM of a key": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "a broken list": b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    "a certificate of somebody else's": leaf(certify("root")).der,
    "a report": report(),
    "too much": vcek("Milan").der.ljust(64 * 1024 + 1),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS.keys())
def test_a_file_that_has_no_place(stranger: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        snp.collect([vcek("Milan").der, stranger])


def test_two_of_one_kind() -> None:
    with pytest.raises(EvidenceMalformed, match="vcek"):
        snp.collect([vcek("Milan").der, vcek("Genoa").der])
    with pytest.raises(EvidenceMalformed, match="ask"):
        snp.collect([ask("Milan").pem + asvk("Milan").pem])


@given(st.lists(st.binary(max_size=200) | st.sampled_from([vcek("Milan").der[:-1], CRL[:-1]]), max_size=3))
def test_random_files(files: list[bytes]) -> None:
    try:
        assert snp.collect(files) == {}
    except EvidenceMalformed:
        assert files


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_changed_files(data: st.DataObject) -> None:
    whole = [vcek("Milan").der, der(ask("Milan")), der(ark("Milan")), CRL]
    changed = bytearray(data.draw(st.sampled_from(whole)))
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position : position + 1] = data.draw(st.binary(max_size=3))
    with suppress(EvidenceMalformed):
        snp.collect([bytes(changed)])
