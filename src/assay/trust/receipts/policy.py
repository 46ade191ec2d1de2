"""What a verifier believes and demands: pinned keys and roots, and the level below which nothing passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from assay.errors import ConfigError, FormatError
from assay.trust.canonical import canonicalize
from assay.trust.envelope import SignatureError
from assay.trust.evidence.anchors import TrustAnchor
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.judge import Judge
from assay.trust.keys.public_key import read_public_key
from assay.trust.keys.revocation import Revocation
from assay.trust.receipts.payee import Payee
from assay.trust.transparency.cosignature import CosignatureVerifier
from assay.trust.transparency.note import NoteVerifier
from assay.trust.verdict import Level

_MEMBERS = frozenset(
    {
        "floor",
        "nodes",
        "payees",
        "anchors",
        "appraisal",
        "measurements",
        "revocations",
        "logs",
        "witnesses",
        "quorum",
        "require_inclusion",
        "max_age_s",
        "max_skew_s",
        "nonce",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The verifier's side of trust. An empty policy believes nobody: at best it says ``UNVERIFIED``."""

    floor: Level = Level.SIGNED
    """The lowest level that counts as met."""
    nodes: frozenset[str] = frozenset()
    """Identities of nodes (hex) believed by name, without evidence."""
    payees: tuple[Payee, ...] = ()
    """Where money for answers may go, where they are paid for by signature."""
    anchors: tuple[TrustAnchor, ...] = ()
    measurements: tuple[Mapping[str, str], ...] = ()
    """Reference values (RFC 9334 §4.1): each names registers and the hex they show in code that is known."""
    appraisal: str | None = None
    """Rego to judge evidence by (``package assay.appraisal``) in place of the rules that come with Assay."""
    revocations: tuple[Revocation, ...] = ()
    """Keys that their nodes have taken back."""
    logs: tuple[NoteVerifier, ...] = ()
    witnesses: tuple[CosignatureVerifier, ...] = ()
    quorum: int = 0
    """How many of ``witnesses`` must have cosigned the checkpoint."""
    require_inclusion: bool = False
    max_age: timedelta | None = None
    max_skew: timedelta = timedelta(minutes=2)
    """How far the node's clock may run ahead of the verifier's."""
    nonce: str | None = None
    """What the caller sent as its nonce, when the verifier is that caller."""

    def judge(self) -> Judge:
        """Who judges evidence by this policy. Raises `PolicyInvalid` for rules that cannot be read."""
        return Judge(self.anchors, self.measurements, load_rules(self.appraisal))

    def to_json(self) -> dict[str, Any]:
        return {
            "appraisal": self.appraisal,
            "floor": self.floor.value,
            "nodes": sorted(self.nodes),
            "payees": [payee.to_json() for payee in self.payees],
            "anchors": [anchor.to_json() for anchor in self.anchors],
            "measurements": [dict(registers) for registers in self.measurements],
            "revocations": [orjson.loads(revocation.to_bytes()) for revocation in self.revocations],
            "logs": [log.vkey for log in self.logs],
            "witnesses": [witness.vkey for witness in self.witnesses],
            "quorum": self.quorum,
            "require_inclusion": self.require_inclusion,
            "max_age_s": None if self.max_age is None else int(self.max_age.total_seconds()),
            "max_skew_s": int(self.max_skew.total_seconds()),
            "nonce": self.nonce,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> Policy:
        """Read a policy file. Raises `ConfigError` naming what it does not know."""
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ConfigError("The policy is not JSON.") from error
        if not isinstance(value, dict):
            raise ConfigError("The policy is not a JSON object.")
        if unknown := value.keys() - _MEMBERS:
            raise ConfigError(
                f"The policy has an unknown member {min(unknown)!r}.",
                hint=f"known are {', '.join(sorted(_MEMBERS))}",
            )
        try:
            return cls(
                floor=Level(value.get("floor", Level.SIGNED)),
                nodes=frozenset(map(read_public_key, _list(value.get("nodes", [])))),
                payees=tuple(map(Payee.from_json, _list(value.get("payees", [])))),
                anchors=tuple(map(TrustAnchor.from_json, _list(value.get("anchors", [])))),
                appraisal=None if value.get("appraisal") is None else _text(value["appraisal"]),
                measurements=tuple(map(_registers, _list(value.get("measurements", [])))),
                revocations=tuple(map(_revocation, _list(value.get("revocations", [])))),
                logs=tuple(map(NoteVerifier.from_vkey, _texts(value.get("logs", [])))),
                witnesses=tuple(map(CosignatureVerifier.from_vkey, _texts(value.get("witnesses", [])))),
                quorum=_whole(value.get("quorum", 0)),
                require_inclusion=_flag(value.get("require_inclusion", False)),
                max_age=None
                if value.get("max_age_s") is None
                else timedelta(seconds=_whole(value["max_age_s"])),
                max_skew=timedelta(seconds=_whole(value.get("max_skew_s", 120))),
                nonce=None if value.get("nonce") is None else _text(value["nonce"]),
            )
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ConfigError(f"The policy has a member of the wrong kind: {error}.") from error
        except (FormatError, SignatureError) as error:
            raise ConfigError(f"The policy has a member that cannot be read: {error.message}") from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _texts(value: Any) -> list[str]:
    return [_text(item) for item in _list(value)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _registers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise TypeError(f'{value!r} is not an object of registers, such as {{"PCR0": "..."}}')
    for name, digest in value.items():
        if bytes.fromhex(_text(digest)).hex() != digest or not digest:
            raise ValueError(f"register {name} is not given in lower-case hex")
    return value


def _revocation(value: Any) -> Revocation:
    """Only one that its node has signed takes anything back."""
    return Revocation.verify(canonicalize(value))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is not a whole number of at least 0")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value
