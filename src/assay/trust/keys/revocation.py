"""A node takes back the word for one of its keys: what that key signs from now on is not the node's.

Whoever has stolen a key can write any time into a receipt, but not into the log: a receipt by a revoked key counts only
where the log held it before the revocation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assay.errors import FormatError
from assay.trust.keys.signed import seal, unseal
from assay.trust.timestamp import read_time, write_time

PAYLOAD_TYPE: Final = "application/vnd.assay.revocation+json"
TYPE: Final = "urn:assay:revocation:v1"
MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Revocation:
    """One key that no longer signs for its node."""

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
    """For people to read."""

    def sign(self, sign: Callable[[bytes], bytes]) -> bytes:
        """The file; ``sign`` signs by the identity."""
        return seal(PAYLOAD_TYPE, self._claim(), [(bytes.fromhex(self.node), sign)])

    @classmethod
    def verify(cls, file: bytes) -> Revocation:
        """Read a file that the node it names has signed. Raises `FormatError` or `SignatureError`."""
        claim = unseal(PAYLOAD_TYPE, file, lambda claim: [claim["node"]])
        try:
            revocation = cls(
                node=claim["node"],
                key=claim["key"],
                log=claim["log"],
                size=claim["size"],
                at=read_time(claim["at"]),
                reason=claim["reason"],
            )
            exact = revocation._claim() == claim and len(bytes.fromhex(revocation.key)) == 32
            counts = type(revocation.size) is int and revocation.size >= 0
        except (LookupError, TypeError, ValueError) as error:
            raise FormatError("This is not a revocation.") from error
        if not exact or not counts or len(revocation.reason) > MAX_REASON:
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
