"""The receipts of one person on their own machine: one bundle file each, readable by nobody else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assay.apps.client.verified import Verified
from assay.apps.network.home import Home
from assay.errors import AssayError
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.statement import Statement, receipt_id

SUFFIX = ".assay"


class ReceiptUnknown(AssayError):
    """No kept receipt goes by this name."""

    code = "receipt_unknown"
    hint = "`assay receipts ls` lists what is kept; the first characters of an id are enough"


class ReceiptAmbiguous(AssayError):
    """More than one kept receipt begins like this."""

    code = "receipt_ambiguous"
    hint = "give more characters of the id"


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry of the store, in brief."""

    id: str
    statement: Statement
    logged: bool
    """Whether the bundle holds its log proof."""


class ReceiptStore:
    """Bundles by receipt id, in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @classmethod
    def find(cls) -> ReceiptStore:
        """The store in ``$ASSAY_HOME/receipts``."""
        return cls(Home.find(os.environ).receipts)

    def keep(self, verified: Verified) -> None:
        """Keep what has just verified."""
        self.save(verified.bundle)

    def save(self, bundle: Bundle) -> str:
        """Write the bundle under its receipt's id, which is returned; one that is there already is replaced.

        Raises `FormatError` for a bundle without a proper receipt.
        """
        name = receipt_id(Envelope.from_bytes(bundle.receipt).payload)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes files that only their owner may read.
        handle, draft = tempfile.mkstemp(dir=self._directory, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(bundle.to_bytes())
        os.replace(draft, self.path(name))
        return name

    def path(self, name: str) -> Path:
        """Where the bundle of a full receipt id lies, or would."""
        return self._directory / f"{name}{SUFFIX}"

    def get(self, prefix: str) -> Bundle:
        """The bundle whose receipt id begins with ``prefix``.

        Raises `ReceiptUnknown`, `ReceiptAmbiguous`, or `FormatError` for a damaged file.
        """
        return Bundle.from_bytes(self.path(self.find_id(prefix)).read_bytes())

    def find_id(self, prefix: str) -> str:
        """The one kept receipt id that begins with ``prefix``. Raises `ReceiptUnknown` or `ReceiptAmbiguous`."""
        found = [name for name in self._names() if name.startswith(prefix)]
        if not found:
            raise ReceiptUnknown("There is no such receipt here.")
        if len(found) > 1:
            raise ReceiptAmbiguous(f"{len(found)} receipts begin with {prefix!r}.")
        return found[0]

    def list(self) -> list[Kept]:
        """All kept receipts, newest first. Raises `FormatError` for a damaged file."""
        return sorted(
            map(self._brief, self._names()), key=lambda kept: kept.statement.issued_at, reverse=True
        )

    def complete(self, prefix: str, proof: bytes) -> Bundle:
        """Add the log proof of a kept receipt. Raises as `get` does."""
        bundle = self.get(prefix).with_proof(proof)
        self.save(bundle)
        return bundle

    def _names(self) -> Iterator[str]:
        return (path.stem for path in self._directory.glob(f"[!.]*{SUFFIX}"))

    def _brief(self, name: str) -> Kept:
        bundle = Bundle.from_bytes(self.path(name).read_bytes())
        statement = Statement.from_bytes(Envelope.from_bytes(bundle.receipt).payload)
        return Kept(name, statement, logged=bundle.proof is not None)
