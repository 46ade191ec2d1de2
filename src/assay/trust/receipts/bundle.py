"""The bundle: everything needed to check one receipt with no network, in one zip file.

==================  ==================================================================================
``receipt.json``    the DSSE envelope, canonical JSON
``opening.json``    salts and disclosed values, canonical JSON; absent: the content stays private
``request``         the exact bytes that were asked
``answer``          the exact bytes that were answered; of a stream, its chunks one after the other
``inclusion.tlog-proof``  C2SP tlog-proof: inclusion path and signed checkpoint
``settlement.json``       where a chain has the batch that the receipt is in, canonical JSON
``evidence/SHA256``       evidence documents, named by their digest
==================  ==================================================================================
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assay.errors import FormatError
from assay.trust.receipts.commitment import Opening

_RECEIPT, _OPENING, _REQUEST, _ANSWER = "receipt.json", "opening.json", "request", "answer"
_PROOF, _SETTLEMENT, _EVIDENCE = "inclusion.tlog-proof", "settlement.json", "evidence/"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAX_BUNDLE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one bundle. Nothing in it has been checked yet."""

    receipt: bytes
    opening: Opening | None = None
    request: bytes | None = None
    answer: bytes | None = None
    proof: bytes | None = None
    settlement: bytes | None = None
    """A `assay.trust.receipts.settlement.SettlementProof`, for who asks the chain."""
    evidence: Mapping[str, bytes] = field(default_factory=dict)
    """Documents by the SHA-256 (hex) under which they are filed."""

    def with_proof(self, proof: bytes) -> Bundle:
        """The same bundle, completed by the log's proof."""
        return replace(self, proof=proof)

    def with_settlement(self, settlement: bytes) -> Bundle:
        """The same bundle, with the proof that a chain has it in a batch."""
        return replace(self, settlement=settlement)

    def to_bytes(self) -> bytes:
        """The zip file: stored, in a fixed order and with no times, so that equal bundles are equal files."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self._files():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
        return target.getvalue()

    def _files(self) -> list[tuple[str, bytes]]:
        named = [
            (_RECEIPT, self.receipt),
            (_OPENING, None if self.opening is None else self.opening.to_bytes()),
            (_REQUEST, self.request),
            (_ANSWER, self.answer),
            (_PROOF, self.proof),
            (_SETTLEMENT, self.settlement),
            *((_EVIDENCE + digest, document) for digest, document in sorted(self.evidence.items())),
        ]
        return [(name, content) for name, content in named if content is not None]

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Read a zip file strictly: known names, each once. Raises `FormatError`."""
        files = _read_archive(data)
        if _RECEIPT not in files:
            raise FormatError(f"The bundle holds no {_RECEIPT}.")
        receipt = files.pop(_RECEIPT)
        opening = files.pop(_OPENING, None)
        bundle = cls(
            receipt=receipt,
            opening=None if opening is None else Opening.from_bytes(opening),
            request=files.pop(_REQUEST, None),
            answer=files.pop(_ANSWER, None),
            proof=files.pop(_PROOF, None),
            settlement=files.pop(_SETTLEMENT, None),
            evidence={
                name.removeprefix(_EVIDENCE): files.pop(name)
                for name in list(files)
                if name.startswith(_EVIDENCE)
            },
        )
        if files:
            raise FormatError(f"The bundle holds a file that is not known: {min(files)!r}.")
        return bundle


def _read_archive(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len({entry.filename for entry in entries}) != len(entries):
                raise FormatError("The bundle holds a file twice.")
            if len(entries) != _declared_entries(data):
                raise FormatError("The bundle does not hold as many files as it says.")
            if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
                raise FormatError("The bundle holds a file that is neither stored nor deflated.")
            if sum(entry.file_size for entry in entries) > MAX_BUNDLE_BYTES:
                raise FormatError(f"The bundle unpacks to more than {MAX_BUNDLE_BYTES} bytes.")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        OSError,
        zlib.error,
    ) as error:
        raise FormatError("This is not a bundle: not a readable zip file.") from error


def _declared_entries(data: bytes) -> int:
    """The count in the end record (APPNOTE.TXT 4.3.16), which the library reads past."""
    at = data.rfind(b"PK\x05\x06")
    return int.from_bytes(data[at + 10 : at + 12], "little")
