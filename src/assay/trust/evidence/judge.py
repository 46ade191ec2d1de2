"""Judges a node's evidence: is it genuine, is it good enough, and as of when.

Evidence, appraisal and result stay three things (RFC 9334 §5): the families say what is claimed, the rules say what
that is worth, and only then is there a level.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.trust.evidence import families
from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.appraisal import Appraisal, appraise
from assay.trust.evidence.certificates import Validity
from assay.trust.evidence.claims import Claims
from assay.trust.evidence.collection import Collection, challenge
from assay.trust.evidence.errors import EvidenceBorrowed
from assay.trust.policy import LoadedPolicy
from assay.trust.verdict import Level

REMEMBERED: Final = 16
"""Files a judge keeps in mind: a node shows the same one with every receipt of an hour."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What genuine evidence claims, and what the rules make of it."""

    collection: Collection
    claims: tuple[Claims, ...]
    """Of each part, in the collection's order."""
    as_of: datetime
    """The minute that the rules were told."""
    appraisal: Appraisal
    known_code: bool
    """Whether the processor runs code of which there is a reference value: genuine hardware runs anybody's code."""

    @property
    def validity(self) -> Validity:
        """When all of its certificates and lists hold."""
        return Validity.of_all(Validity(one.not_before, one.not_after) for one in self.claims)

    @property
    def simulated(self) -> bool:
        """Whether software signed any of it."""
        return any(one.anchor.kind is AnchorKind.SIMULATED for one in self.claims)

    @property
    def level(self) -> Level:
        """Simulated evidence never reads as attested, whatever the rules say of it."""
        if self.appraisal.rejected:
            return Level.REJECTED
        if self.simulated:
            return Level.SIGNED_SIMULATED
        return Level.ATTESTED_WARN if self.appraisal.warned else Level.ATTESTED


class Judge:
    """Believes some roots, knows some code, and judges by one set of rules.

    It remembers what it has judged. Claims are read once: certificates and lists are all that time changes about them,
    and those dates are looked at to the second each time. The rules are asked anew for each minute, the finest time
    that they are told.
    """

    def __init__(
        self, anchors: Sequence[TrustAnchor], references: Sequence[Mapping[str, str]], rules: LoadedPolicy
    ) -> None:
        """``anchors`` are the roots to believe, ``references`` the registers of known code (RFC 9334 §4.1)."""
        self.anchors = tuple(anchors)
        self._references = tuple(references)
        self._rules = rules
        self._judged: OrderedDict[bytes, Judgement] = OrderedDict()

    def judge(self, file: bytes, at: datetime) -> Judgement:
        """Judge an evidence file as of ``at`` (aware). Raises an `EvidenceError` for what is not genuine then."""
        name = hashlib.sha256(file).digest()
        judgement = self._judged.get(name)
        if judgement is None:
            collection = Collection.from_bytes(file)
            judgement = self._appraise(collection, self._read(collection, at), at)
        judgement.validity.require(at)
        if judgement.as_of != _minute(at):
            judgement = self._appraise(judgement.collection, judgement.claims, at)
        self._remember(name, judgement)
        return judgement

    def _read(self, collection: Collection, at: datetime) -> tuple[Claims, ...]:
        """What each part claims, once it is genuine and all parts are of one machine."""
        claims = tuple(families.verify(part, self.anchors, at) for part in collection.parts)
        expected = challenge(collection.parts[0].document)
        for accelerator in claims[1:]:
            if not hmac.compare_digest(accelerator.nonce or b"", expected):
                raise EvidenceBorrowed(
                    f"the {accelerator.family} evidence does not answer this machine's challenge"
                )
        return claims

    def _appraise(self, collection: Collection, claims: tuple[Claims, ...], at: datetime) -> Judgement:
        minute = _minute(at)
        appraisal = appraise(claims, minute, self._references, self._rules)
        return Judgement(collection, claims, minute, appraisal, self._knows(claims[0]))

    def _knows(self, processor: Claims) -> bool:
        shown = processor.measurements.items()
        return any(registers and registers.items() <= shown for registers in self._references)

    def _remember(self, name: bytes, judgement: Judgement) -> None:
        self._judged[name] = judgement
        if len(self._judged) > REMEMBERED:
            self._judged.popitem(last=False)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
