"""Reports from the trusted security module of a confidential VM, by way of Linux.

Source: Linux, Documentation/ABI/testing/configfs-tsm-report (since 6.7).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from assay.errors import AssayError

DIRECTORY = Path("/sys/kernel/config/tsm/report")
MAX_DATA = 64
"""Bytes that a report can be over."""


class TsmUnavailable(AssayError):
    """The kernel gives no report: this is no confidential VM, or its host does not answer."""

    code = "tsm_unavailable"
    hint = (
        "run as root in a SEV-SNP or TDX guest with Linux 6.7 or newer and configfs mounted; "
        "the host may also limit how often it answers"
    )


@dataclass(frozen=True, slots=True)
class TsmReport:
    """What the kernel gave."""

    provider: str
    """The format of ``outblob``: ``sev_guest`` or ``tdx_guest``."""
    outblob: bytes
    auxblob: bytes
    """With ``sev_guest``, the certificates that the host has; empty when it has none."""


def request(data: bytes, directory: Path = DIRECTORY) -> TsmReport:
    """A fresh report over at most `MAX_DATA` bytes. Raises `TsmUnavailable`, or `ValueError` for more bytes.

    A folder of its own keeps other callers out; the generation shows that none got in all the same.
    """
    if len(data) > MAX_DATA:
        raise ValueError(f"a report is over at most {MAX_DATA} bytes")
    entry = directory / f"assay-{secrets.token_hex(8)}"
    try:
        entry.mkdir()
        try:
            return _read(entry, data)
        finally:
            entry.rmdir()
    except OSError as error:
        raise TsmUnavailable(f"the kernel gives no report: {error.strerror}") from None


def _read(entry: Path, data: bytes) -> TsmReport:
    before = _generation(entry)
    (entry / "inblob").write_bytes(data)
    auxiliary = entry / "auxblob"
    report = TsmReport(
        provider=(entry / "provider").read_text().strip(),
        outblob=(entry / "outblob").read_bytes(),
        auxblob=auxiliary.read_bytes() if auxiliary.exists() else b"",
    )
    if _generation(entry) != before + 1:
        raise TsmUnavailable("somebody else wrote to the request while the report was made")
    return report


def _generation(entry: Path) -> int:
    return int((entry / "generation").read_text())
