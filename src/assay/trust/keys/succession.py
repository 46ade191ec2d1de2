"""A node hands its identity on: old and new both sign, so that neither can be named without its will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assay.errors import FormatError
from assay.trust.keys.public_key import read_public_key
from assay.trust.keys.signed import message, seal, unseal
from assay.trust.timestamp import read_time, write_time

PAYLOAD_TYPE: Final = "application/vnd.assay.succession+json"
TYPE: Final = "urn:assay:succession:v1"


@dataclass(frozen=True, slots=True)
class Succession:
    """From one identity to the next."""

    old: str
    """The identity that policies pin so far, hex."""
    new: str
    """The one to pin in its place, hex."""
    at: datetime

    def sign(self, sign_old: Callable[[bytes], bytes], sign_new: Callable[[bytes], bytes]) -> bytes:
        """The file, signed by both."""
        claim = self._claim()
        signed = message(PAYLOAD_TYPE, claim)
        return seal(PAYLOAD_TYPE, claim, [(self.old, sign_old(signed)), (self.new, sign_new(signed))])

    @classmethod
    def verify(cls, file: bytes) -> Succession:
        """Read a file that both have signed. Raises `FormatError` or `SignatureError`."""
        claim, _ = unseal(
            PAYLOAD_TYPE, file, lambda claim: [read_public_key(claim["from"]), read_public_key(claim["to"])]
        )
        try:
            succession = cls(claim["from"], claim["to"], read_time(claim["at"]))
        except (LookupError, TypeError, ValueError) as error:
            raise FormatError("This is not a succession.") from error
        if succession._claim() != claim or succession.old == succession.new:
            raise FormatError("The succession has members or values that its type does not know.")
        return succession

    def _claim(self) -> dict[str, Any]:
        return {"at": write_time(self.at), "from": self.old, "to": self.new, "type": TYPE}
