"""The enclave a node opens: the one that its operator names, and never another in its place.

    [enclave]
    kind = "tsm"
    collateral = ["vcek.der", "chain.pem", "crl.der"]

Without the table it is simulated. Hardware that is asked for and not there ends the start: a node that fell back to
the simulation would still answer, and its operator would find out from somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from assay.apps.network.home import Home
from assay.engines.enclave import tsm_report
from assay.engines.enclave.enclave import Enclave
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.engines.enclave.tsm import TsmEnclave
from assay.engines.inference.settings import Settings, nearest
from assay.errors import ConfigError
from assay.trust.evidence import TrustAnchor
from assay.trust.evidence.roots import PRODUCTION


class EnclaveKind(StrEnum):
    """How a node comes by its evidence."""

    SIMULATED = "simulated"
    """Software issues it, under a root of this installation's own: it proves nothing about hardware."""
    TSM = "tsm"
    """Linux fetches it from the processor of the SEV-SNP or TDX guest that the node runs in."""


@dataclass(frozen=True, slots=True)
class EnclaveSettings:
    """The table ``[enclave]``."""

    kind: EnclaveKind = EnclaveKind.SIMULATED
    collateral: tuple[str, ...] = ()
    """Files of the vendor's that its reports are judged with; relative to the node's home."""

    @classmethod
    def read(cls, table: Settings | None) -> EnclaveSettings:
        """Raises `ConfigError` naming the setting at fault."""
        if table is None:
            return cls()
        with table:
            kind = _kind(table.required_text("kind"), table.where)
            collateral = table.texts("collateral") or ()
        if collateral and kind is not EnclaveKind.TSM:
            raise ConfigError(
                f"{table.where}.collateral is for hardware, and the enclave is {kind}",
                hint='set kind = "tsm", or leave the collateral out',
            )
        return cls(kind, collateral)


def open_enclave(
    settings: EnclaveSettings, home: Home, *, clock: Callable[[], datetime], config_digest: bytes
) -> Enclave:
    """The enclave of the node that lives in ``home``. ``config_digest`` is the SHA-384 of its configuration.

    Raises what `SimulatedEnclave.open` or `open_hardware` does.
    """
    if settings.kind is EnclaveKind.TSM:
        return open_hardware(settings, home, clock=clock)
    return SimulatedEnclave.open(home.keys, clock=clock, config_digest=config_digest)


def open_hardware(
    settings: EnclaveSettings,
    home: Home,
    *,
    clock: Callable[[], datetime],
    anchors: Sequence[TrustAnchor] = PRODUCTION,
    directory: Path = tsm_report.DIRECTORY,
) -> TsmEnclave:
    """The guest that this process runs in; changes nothing.

    Raises `ConfigError` for collateral that cannot be read, and what `TsmEnclave.open` does.
    """
    files = [_read(home.root / name) for name in settings.collateral]
    return TsmEnclave.open(clock=clock, collateral=files, anchors=anchors, directory=directory)


def _kind(text: str, where: str) -> EnclaveKind:
    try:
        return EnclaveKind(text)
    except ValueError:
        raise ConfigError(f"{where} has no kind `{text}`", hint=nearest(text, EnclaveKind)) from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"the collateral {file.name} cannot be read: {error.strerror}",
            hint="name the files relative to the node's home, in [enclave] of assay.toml",
        ) from None
