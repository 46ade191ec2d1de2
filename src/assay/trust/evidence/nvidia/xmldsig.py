"""An enveloped XML signature (W3C XML-DSig 1.1) over a whole document, by a chain down to a pinned root.

The mathematics and the canonical form are those of `signxml`. What is believed, and what may be there at all, is
decided here: one signature, a child of the root, over the root, ECDSA on P-384 with SHA-384. Callers see nothing but
the element that was signed, so a second one wrapped around or beside it (McIntosh and Austel, 2005) is never read.

Importing this module raises `EvidenceEngineMissing` without the extra ``gpu``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from assay.trust.evidence import p384
from assay.trust.evidence.anchors import TrustAnchor, match
from assay.trust.evidence.certificates import Certificate, Validity, verify_chain
from assay.trust.evidence.errors import (
    EvidenceEngineMissing,
    EvidenceMalformed,
    EvidenceSignatureInvalid,
)

try:
    from lxml import etree
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import InvalidSignature, SignXMLException
    from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier
except ImportError:
    raise EvidenceEngineMissing("reading NVIDIA's manifests takes: pip install assay[gpu]") from None

MAX_XML: Final = 256 * 1024
"""Bytes; NVIDIA's manifests have some 20 KiB."""
MAX_CERTIFICATES: Final = 8

Element: TypeAlias = Any
"""An element of `lxml`, which has no types."""

_DS = "{http://www.w3.org/2000/09/xmldsig#}"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signature covers, and when the signer's chain holds."""

    root: Element
    validity: Validity


def verify(data: bytes, anchors: Sequence[TrustAnchor], family: str, at: datetime) -> Signed:
    """The signed root element of ``data``, once its signature and chain hold at ``at`` (aware).

    Raises `EvidenceMalformed`, `EvidenceUntrustedRoot`, `EvidenceChainInvalid`, `EvidenceExpired` or
    `EvidenceSignatureInvalid`.
    """
    root = parse(data)
    signature = _only_signature(root)
    chain = _certificates(signature)
    match(chain[0].fingerprint, anchors, family)
    validity = verify_chain(chain, at)
    p384.key_of(chain[-1])  # `signxml` takes any curve
    return Signed(_signed_by(chain[-1], root, at), validity)


def parse(data: bytes) -> Element:
    """The root element of ``data``, unverified. Raises `EvidenceMalformed`."""
    # Read as UTF-8 whatever the document says, a declaration of entities cannot hide from this look.
    if len(data) > MAX_XML or b"<!DOCTYPE" in data:
        raise EvidenceMalformed(f"a manifest is XML of at most {MAX_XML} bytes that declares no entities")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        raise EvidenceMalformed("the manifest is not well-formed XML") from None


def _only_signature(root: Element) -> Element:
    signatures = list(root.iter(f"{_DS}Signature"))
    if len(signatures) != 1 or signatures[0].getparent() is not root:
        raise EvidenceSignatureInvalid("the manifest does not carry exactly one signature, over all of it")
    return signatures[0]


def _certificates(signature: Element) -> list[Certificate]:
    """The signer's certificates from the root down; the manifest holds them from the leaf up."""
    texts = [each.text for each in signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")]
    if not 2 <= len(texts) <= MAX_CERTIFICATES:
        raise EvidenceMalformed(f"a manifest carries 2 to {MAX_CERTIFICATES} certificates of its signer")
    try:
        return [Certificate.parse(base64.b64decode(text or "")) for text in reversed(texts)]
    except (binascii.Error, ValueError):
        raise EvidenceMalformed("a certificate in the manifest is not base64") from None


def _signed_by(leaf: Certificate, root: Element, at: datetime) -> Element:
    """The element that ``leaf`` signed, read back from its canonical form."""
    rules = SignatureConfiguration(
        location="./",
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA384}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA384}),
        verification_time=at,
    )
    try:
        result = XMLVerifier().verify(root, x509_cert=leaf.parsed, expect_config=rules)
    except InvalidSignature:
        raise EvidenceSignatureInvalid("the manifest's signature does not fit its leaf key") from None
    except (
        SignXMLException,
        etree.LxmlError,
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        TypeError,
        ValueError,
    ):
        raise EvidenceMalformed("the manifest's signature cannot be read") from None
    assert isinstance(result, VerifyResult)  # as one reference is expected, by default
    reference = result.signature_xml.find(f"{_DS}SignedInfo/{_DS}Reference")
    if reference.get("URI") != "" or result.signed_xml is None:
        raise EvidenceSignatureInvalid("the manifest's signature does not cover all of it")
    return result.signed_xml
