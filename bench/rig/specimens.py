"""Evidence to judge: real vectors where they lie beside the checkout, else such as the tests forge."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the vectors are the tests'

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from tests.unit.trust.evidence import forgery, machines, real_nitro
from tests.unit.trust.evidence.nvidia import gpus, manifests, test_real_gpu
from tests.unit.trust.evidence.snp import forgery as amd
from tests.unit.trust.evidence.snp import real_snp
from tests.unit.trust.evidence.tdx import forgery as intel
from tests.unit.trust.evidence.tdx import real_tdx

from assay.trust.evidence import Evidence, TrustAnchor
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.collection import Collection
from assay.trust.evidence.judge import Judge
from assay.trust.evidence.roots import PRODUCTION

P256, P384, RSA2048, RSA4096 = "P-256", "P-384", "RSA-2048", "RSA-4096"
REAL_AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""Within the seven years of AMD's keys and the many of NVIDIA's."""


@dataclass(frozen=True)
class Specimen:
    """An evidence file, and what it takes to examine it."""

    name: str
    source: str
    """``real`` or ``forged``."""
    file: bytes
    anchors: Sequence[TrustAnchor]
    at: datetime
    signatures: Mapping[str, int]
    """How many of each kind have to be checked; a root, which is pinned, need not be."""

    def judge(self) -> Judge:
        """One that has seen nothing yet."""
        return Judge(self.anchors, [machines.CODE], load_rules())


def specimens() -> Iterator[Specimen]:
    """One of each family, a GPU with NVIDIA's manifests, and a machine whose evidence is for a node's key."""
    yield _nitro()
    yield _snp()
    yield _tdx()
    yield _nvidia()
    yield _nvidia_with_manifests()
    machine = machines.Machine()
    signatures = {RSA2048: 3, P384: 1 + 5}
    file = machine.collection().to_bytes()
    yield Specimen("snp + nvidia", "forged", file, machine.anchors, forgery.NOW, signatures)


def signature_checks() -> Mapping[str, Callable[[], object]]:
    """Check one signature of a kilobyte, by its kind, with a key that has been read already."""
    return {
        P256: _ecdsa(ec.SECP256R1(), SHA256()),
        P384: _ecdsa(ec.SECP384R1(), SHA384()),
        RSA2048: _rsa(2048),
        RSA4096: _rsa(4096),
    }


def _ecdsa(curve: ec.EllipticCurve, digest: SHA256 | SHA384) -> Callable[[], object]:
    key, message, algorithm = ec.generate_private_key(curve), bytes(1024), ec.ECDSA(digest)
    public, signature = key.public_key(), key.sign(message, algorithm)
    return lambda: public.verify(signature, message, algorithm)


def _rsa(bits: int) -> Callable[[], object]:
    """As AMD signs certificates: PSS with SHA-384."""
    key, message, padding = rsa.generate_private_key(65537, bits), bytes(1024), PSS(MGF1(SHA384()), 48)
    public, signature = key.public_key(), key.sign(message, padding, SHA384())
    return lambda: public.verify(signature, message, padding, SHA384())


def _bare(evidence: Evidence) -> bytes:
    """The file of a document that is for no node's key."""
    return Collection((evidence,), b"").to_bytes()


def _nitro() -> Specimen:
    if real_nitro.FILE.exists():
        file = _bare(Evidence("nitro", real_nitro.document()))
        return Specimen("nitro", "real", file, PRODUCTION, real_nitro.ISSUED, {P384: 5})
    root = forgery.certify("root")
    chain = forgery.chain_of(root, forgery.certify("region", root))
    file = _bare(Evidence("nitro", forgery.document(chain)))
    return Specimen("nitro", "forged", file, [forgery.anchor(root)], forgery.NOW, {P384: 3})


def _snp() -> Specimen:
    if real_snp.FOLDER.exists():
        file = _bare(Evidence("snp", real_snp.document(), real_snp.collateral()))
        return Specimen("snp", "real", file, PRODUCTION, REAL_AT, {RSA4096: 2, P384: 1})
    file = _bare(Evidence("snp", amd.report(), amd.collateral(crl=None)))
    anchors = [amd.anchor(amd.ark("Milan"))]
    return Specimen("snp", "forged", file, anchors, forgery.NOW, {RSA2048: 2, P384: 1})


def _tdx() -> Specimen:
    # Quote, quoting enclave, PCK, its authority, two lists, the signer of statements, two statements.
    signatures = {P256: 9}
    if real_tdx.FOLDER.exists():
        file = _bare(Evidence("tdx", real_tdx.document(), real_tdx.collateral()))
        return Specimen("tdx", "real", file, PRODUCTION, real_tdx.AT, signatures)
    vendor = intel.intel()
    file = _bare(Evidence("tdx", intel.quote(vendor), intel.collateral(vendor)))
    return Specimen("tdx", "forged", file, [vendor.anchor()], forgery.NOW, signatures)


def _nvidia() -> Specimen:
    if test_real_gpu.VECTORS.exists():
        evidence = Evidence("nvidia", test_real_gpu.document(), {"chain": test_real_gpu.chain()})
        return Specimen("nvidia", "real", _bare(evidence), PRODUCTION, REAL_AT, {P384: 5})
    chain = gpus.gpu_chain()
    evidence = Evidence("nvidia", gpus.report(chain), {"chain": gpus.pem(chain)})
    return Specimen("nvidia", "forged", _bare(evidence), [gpus.anchor(chain[0])], forgery.NOW, {P384: 5})


def _nvidia_with_manifests() -> Specimen:
    chain, office = gpus.gpu_chain(), manifests.office()
    collateral = {"chain": gpus.pem(chain), "driver_rim": office.driver(), "vbios_rim": office.vbios()}
    file = _bare(Evidence("nvidia", gpus.report(chain), collateral))
    anchors = [gpus.anchor(chain[0]), office.anchor]
    return Specimen("nvidia + manifests", "forged", file, anchors, forgery.NOW, {P384: 5 + 2 * 3})
