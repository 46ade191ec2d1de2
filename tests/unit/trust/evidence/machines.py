"""Whole machines: a processor and its GPU, each with a root of the tests, and the evidence file they make together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.unit.trust.evidence.nvidia import gpus
from tests.unit.trust.evidence.snp import forgery as snp

from assay.trust.evidence import AnchorKind, Evidence, TrustAnchor
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.collection import Collection, challenge
from assay.trust.evidence.judge import Judge

KEY = b"k" * 32
CODE = {"MEASUREMENT": (b"m" * 48).hex()}


@dataclass(frozen=True)
class Machine:
    """A SEV-SNP guest with one H100."""

    gpu: list[gpus.Party] = field(default_factory=gpus.gpu_chain)
    kind: AnchorKind = AnchorKind.PRODUCTION

    @property
    def anchors(self) -> tuple[TrustAnchor, ...]:
        return snp.anchor(snp.ark("Milan"), self.kind), gpus.anchor(self.gpu[0], self.kind)

    def judge(self) -> Judge:
        return Judge(self.anchors, [CODE], load_rules())

    def processor(self, bound: bytes, **changes: int | bytes) -> Evidence:
        return Evidence("snp", snp.report(report_data=bound, **changes), snp.collateral())

    def accelerator(self, nonce: bytes, leaf: gpus.Party | None = None) -> Evidence:
        """The GPU's answer to ``nonce``, or that of another one by the same maker, whose leaf is given."""
        chain = [*self.gpu[:-1], leaf or self.gpu[-1]]
        signed = gpus.request(nonce) + gpus.response(gpus.measured(), gpus.opaque_data())
        return Evidence("nvidia", gpus.sign(chain[-1].key, signed), {"chain": gpus.pem(chain)})

    def collection(self, key: bytes = KEY, nonce: bytes = b"", **changes: int | bytes) -> Collection:
        """What the machine's own software makes; ``changes`` are to the processor's report."""
        named = Collection((), key, nonce=nonce)
        processor = self.processor(named.bound, **changes)
        return replace(named, parts=(processor, self.accelerator(challenge(processor.document))))
