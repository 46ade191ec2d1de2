"""What genuine claims are worth: rules, as data that anybody can read, adapt and name by digest (RFC 9334 §8.5).

The rules that come with Assay are ``rules.rego`` beside this file. They can say two things of a claim: that it must
not count at all, or that it counts for less. The level follows from that and from the root's kind; no rule raises it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from assay.trust.evidence.claims import Claims
from assay.trust.evidence.hardware import hardware_table
from assay.trust.policy import LoadedPolicy, PolicyError, PolicyFailed, RegorusEngine

PACKAGE = "data.assay.appraisal"


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why evidence counts for less, or for nothing."""

    rule: str
    """The rule's stable name, such as ``debug``."""
    family: str
    """Of the evidence it is about; empty if it is about no single part."""
    message: str
    """For a person to read."""

    def __str__(self) -> str:
        return f"{self.message} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What the rules say of one attester, simple or composite."""

    rejected: tuple[Reason, ...]
    """Any of these, and the evidence counts for nothing."""
    warned: tuple[Reason, ...]
    policy: str
    """The digest of the rules, SHA-256 in lower-case hex."""


@lru_cache(maxsize=16)
def load_rules(text: str | None = None) -> LoadedPolicy:
    """Rules to appraise by: ``text``, Rego of ``package assay.appraisal``, or those that come with Assay.

    Raises `PolicyInvalid`.
    """
    if text is None:
        text = (files(__name__) / "rules.rego").read_text()
    return RegorusEngine().load({"appraisal.rego": text}, {"hardware": hardware_table()})


def appraise(
    claims: Sequence[Claims], at: datetime, references: Sequence[Mapping[str, str]], rules: LoadedPolicy
) -> Appraisal:
    """Judge the claims of one attester: a processor's first, then its accelerators'.

    ``at`` is the time to judge as of (aware), ``references`` the registers of known code. Rules that break off reject.
    """
    document = {
        "at_ms": _milliseconds(at),
        "claims": [_to_input(one) for one in claims],
        "references": [dict(registers) for registers in references],
    }
    try:
        rejected = _reasons(rules.evaluate(f"{PACKAGE}.reject", document))
        warned = _reasons(rules.evaluate(f"{PACKAGE}.warn", document))
    except PolicyError as error:
        return Appraisal((Reason("policy_failed", "", error.message),), (), rules.digest)
    return Appraisal(rejected, warned, rules.digest)


def _reasons(value: Any) -> tuple[Reason, ...]:
    """The members of a set that a rule made, in order. Raises `PolicyFailed` for what is no set of reasons."""
    if not isinstance(value, list):
        raise PolicyFailed("The rules give no set of reasons.")
    return tuple(sorted(map(_reason, value)))


def _reason(member: Any) -> Reason:
    match member:
        case {"rule": str(rule), "family": str(family), "message": str(message)}:
            return Reason(rule, family, message)
        case _:
            raise PolicyFailed("The rules do not give reasons of rule, family and message.")


def _to_input(claims: Claims) -> dict[str, Any]:
    return {
        "family": claims.family,
        "anchor": claims.anchor.to_json(),
        "identity": claims.identity,
        "measurements": dict(claims.measurements),
        "measured": claims.measured or not claims.code,
        "issued_at_ms": None if claims.issued_at is None else _milliseconds(claims.issued_at),
        "debug": claims.debug,
        "tcb_status": claims.tcb_status,
        "advisories": list(claims.advisories),
        "versions": dict(claims.versions),
        "attributes": dict(claims.attributes),
        "missing": list(claims.missing),
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
