"""A node takes back the word for one of its keys: what that key signs from now on is not the node's.

Whoever has stolen a key can write any time into a receipt, but not into the log: a receipt by a revoked key counts only
where the log held it before the revocation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from assay.errors import FormatError
from assay.trust.keys.public_key import read_public_key
from assay.trust.keys.signed import message, seal, unseal
from assay.trust.members import count
from assay.trust.text import read_text
from assay.trust.timestamp import read_time, write_time

PAYLOAD_TYPE: Final = "application/vnd.assay.revocation+json"
TYPE: Final = "urn:assay:revocation:v1"
MAX_REASON: Final = 500
"""Unicode code points."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """One key that no longer signs for its node. Get it from `issue` or `verify`: then the node has signed it."""

    node: str
    """The identity that certified it, hex."""
    key: str
    """The key that is taken back, hex."""
    log: str
    """The origin of the node's log."""
    size: int
    """Entries in the log that still count: those with a smaller index."""
    at: datetime
    reason: str
    """For people to read; empty where none was given."""
    signature: bytes = b""
    """By the identity."""

    @classmethod
    def issue(
        cls,
        node: str,
        key: str,
        log: str,
        size: int,
        at: datetime,
        reason: str,
        sign: Callable[[bytes], bytes],
    ) -> Revocation:
        """Take ``key`` back; ``sign`` signs by the identity ``node``. Raises what `verify` raises."""
        unsigned = cls(node, key, log, size, at, reason)
        signed = replace(unsigned, signature=sign(message(PAYLOAD_TYPE, unsigned._claim())))
        return cls.verify(signed.to_bytes())

    def to_bytes(self) -> bytes:
        """The file."""
        return seal(PAYLOAD_TYPE, self._claim(), [(self.node, self.signature)])

    @classmethod
    def verify(cls, file: bytes) -> Revocation:
        """Read a file that the node it names has signed. Raises `FormatError` or `SignatureError`."""
        claim, (signature,) = unseal(PAYLOAD_TYPE, file, lambda claim: [read_public_key(claim["node"])])
        try:
            revocation = cls(
                node=claim["node"],
                key=read_public_key(claim["key"]),
                log=read_text(claim["log"]),
                size=count(claim["size"]),
                at=read_time(claim["at"]),
                reason=read_text(claim["reason"]),
                signature=signature,
            )
        except (LookupError, TypeError, ValueError) as error:
            raise FormatError("This is not a revocation.") from error
        if len(revocation.reason) > MAX_REASON:
            raise FormatError(f"The reason of a revocation has at most {MAX_REASON} characters.")
        if revocation._claim() != claim:
            raise FormatError("The revocation has members or values that its type does not know.")
        return revocation

    def _claim(self) -> dict[str, Any]:
        return {
            "at": write_time(self.at),
            "key": self.key,
            "log": self.log,
            "node": self.node,
            "reason": self.reason,
            "size": self.size,
            "type": TYPE,
        }
