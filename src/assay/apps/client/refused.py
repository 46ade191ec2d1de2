"""The one refusal of the client: an answer that did not verify is withheld, and this says why."""

from __future__ import annotations

from typing import Self

from assay.errors import VerificationError
from assay.trust.verdict import Check, Verdict


class AnswerRefused(VerificationError):
    """An answer failed a check; its content stays with the client that refused it.

    ``check`` names the first check that failed, ``verdict`` holds all of them.
    """

    hint = "do not use this answer: the gateway, or somebody on the way, changed it, or is not trusted here"

    def __init__(self, verdict: Verdict) -> None:
        first = verdict.failures[0]
        super().__init__(f"The answer is withheld: check `{first.name}` failed, {first.detail}.")
        self.verdict = verdict
        self.check = first.name

    @classmethod
    def because(cls, check: str, detail: str) -> Self:
        """A refusal by one check that is the client's own and not the verifier's."""
        return cls(Verdict.rejected([Check.failed(check, detail)]))
