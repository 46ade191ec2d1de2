"""Evidence examined for somebody: what it is, what it is worth, for which key, how fresh, and when; a line each."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from assay.trust.envelope import key_id
from assay.trust.evidence import roots
from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.errors import EvidenceError, EvidenceExpired
from assay.trust.evidence.judge import Judge, Judgement
from assay.trust.keys.errors import KeyNotCertified
from assay.trust.verdict import Check, Level, Verdict

_NOTHING = "no genuine evidence to look at"


@dataclass(frozen=True, slots=True)
class Examination:
    """Five lines, and the judgement they rest on, if the evidence was genuine."""

    evidence: Check
    """Signature and chain, down to a root that is believed."""
    appraisal: Check
    """What the rules make of its claims."""
    binding: Check
    """Whether it vouches for the key in question."""
    nonce: Check
    """Whether it answers the asker's challenge, and so is fresh."""
    validity: Check
    """Whether certificates and lists held at the time asked about."""
    judgement: Judgement | None = None

    @property
    def verdict(self) -> Verdict:
        """All of it on the scale of levels; ``REJECTED`` if any line failed."""
        checks = (self.evidence, self.appraisal, self.binding, self.nonce, self.validity)
        verdict = Verdict(Level.REJECTED, checks)
        if self.judgement is None or verdict.failures:
            return verdict
        return Verdict(self.judgement.level, checks)


def examine(
    judge: Judge, file: bytes, at: datetime, *, key: bytes | None = None, nonce: bytes | None = None
) -> Examination:
    """Examine an evidence file as of ``at`` (aware). Never raises for what is in it.

    ``key`` is the key it should vouch for, ``nonce`` the challenge it should answer; None: the asker has none to
    compare with.
    """
    try:
        judgement = judge.judge(file, at)
    except EvidenceExpired as error:
        expired = Check.failed("validity", error.message)
        return nothing_to_examine(
            Check.not_applicable("evidence", "not looked at outside of its time"), expired
        )
    except EvidenceError as error:
        return nothing_to_examine(Check.failed("evidence", error.message))
    return Examination(
        evidence=Check.passed("evidence", _describe(judgement)),
        appraisal=_check_appraisal(judgement),
        binding=_check_binding(judgement, key, at),
        nonce=_check_nonce(judgement, nonce),
        validity=_check_validity(judgement),
        judgement=judgement,
    )


def nothing_to_examine(evidence: Check, validity: Check | None = None) -> Examination:
    """Where there is no genuine evidence, for the reason that ``evidence`` gives, the other lines do not apply."""
    return Examination(
        evidence=evidence,
        appraisal=Check.not_applicable("appraisal", _NOTHING),
        binding=Check.not_applicable("binding", _NOTHING),
        nonce=Check.not_applicable("nonce", _NOTHING),
        validity=validity or Check.not_applicable("validity", _NOTHING),
    )


def _describe(judgement: Judgement) -> str:
    parts = ", ".join(f"{one.family} under {_root(one.anchor)}" for one in judgement.claims)
    if judgement.simulated:
        return f"SIMULATED enclave: right format, proves nothing about hardware ({parts})"
    return parts


def _root(anchor: TrustAnchor) -> str:
    """The root's name, and who says what it is worth where that is not its vendor's list."""
    known = anchor in roots.PRODUCTION or anchor.kind is AnchorKind.SIMULATED
    return anchor.name if known else f"{anchor.name} (a root that only this policy vouches for)"


def _check_appraisal(judgement: Judgement) -> Check:
    appraisal = judgement.appraisal
    if appraisal.rejected:
        return Check.failed("appraisal", "; ".join(str(reason) for reason in appraisal.rejected))
    if appraisal.warned:
        return Check.passed("appraisal", "warned: " + "; ".join(str(reason) for reason in appraisal.warned))
    return Check.passed("appraisal", f"nothing to object by rules {appraisal.policy[:16]}")


def _check_binding(judgement: Judgement, key: bytes | None, at: datetime) -> Check:
    collection = judgement.collection
    if not collection.key and key is not None:
        return Check.failed("binding", "the evidence is for no key, so not for the one that signed")
    if not collection.key:
        return Check.not_applicable("binding", "the evidence is for no key of a node's")
    if not hmac.compare_digest(judgement.claims[0].bound, collection.bound):
        return Check.failed(
            "binding", "what the enclave signed does not name the keys that the file says it does"
        )
    if key is not None and key != collection.key:
        return Check.failed("binding", "the evidence is for another key than the one that signed")
    names = f"the evidence names the key {key_id(collection.key)[:16]}"
    if collection.certificate is None:
        return Check.passed("binding", names)
    try:
        collection.certificate.check(at)
    except KeyNotCertified as error:
        return Check.failed("binding", error.message)
    if collection.certificate.key != collection.key.hex():
        return Check.failed("binding", "the node's certificate is for another key than the evidence")
    return Check.passed(
        "binding", f"{names} of node {key_id(bytes.fromhex(collection.certificate.node))[:16]}"
    )


def _check_nonce(judgement: Judgement, nonce: bytes | None) -> Check:
    if nonce is None:
        return Check.not_applicable("nonce", "no challenge to compare with")
    if _answers(judgement, nonce):
        return Check.passed("nonce", f"answers the challenge {nonce.hex()[:16]}")
    return Check.failed("nonce", "the evidence answers another challenge, or none: it may be a replay")


def _answers(judgement: Judgement, nonce: bytes) -> bool:
    """Whether ``nonce`` is the file's own, which the binding covers.

    A bare document has its own, or the caller's stands at the start of its 64 bytes, with zeros behind it.
    """
    if judgement.collection.key:
        return hmac.compare_digest(judgement.collection.nonce, nonce)
    first = judgement.claims[0]
    if first.nonce is not None:
        return hmac.compare_digest(first.nonce, nonce)
    return hmac.compare_digest(first.bound, nonce.ljust(len(first.bound), b"\0"))


def _check_validity(judgement: Judgement) -> Check:
    held = judgement.validity
    return Check.passed(
        "validity", f"held from {held.not_before:%Y-%m-%d %H:%MZ} to {held.not_after:%Y-%m-%d %H:%MZ}"
    )
