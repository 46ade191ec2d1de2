"""One tree of exceptions: each has a stable code, a sentence for a person, and a hint what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class AssayError(Exception):
    """Base of every error that Assay raises on purpose.

    ``code`` is stable across releases and safe to match on; ``message`` is one sentence;
    ``hint`` says what the reader can do about it. Neither ever contains a prompt, an answer or a key.
    """

    code: ClassVar[str] = "assay_error"
    hint: str = ""
    headers: Sequence[tuple[bytes, bytes]] = ()
    """What an HTTP response that tells of the error says in its head."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.code})" + (f"\n  hint: {self.hint}" if self.hint else "")


class ConfigError(AssayError):
    """A setting is missing, unknown or contradicts another."""

    code = "config_invalid"


class FormatError(AssayError):
    """Bytes that should be a receipt, bundle, note, proof or evidence document are not."""

    code = "format_invalid"


class VerificationError(AssayError):
    """An answer did not come back with the assurance that was asked for; its content is withheld."""

    code = "verification_failed"
    hint = "run `assay verify` on the exported bundle to see which check failed"
