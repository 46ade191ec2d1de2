"""An enclave made of software: it issues real Nitro documents that prove nothing about hardware.

The parser, the binding, the nonce and the expiry are those of production, so all of them run on any machine.
Only the root differs, and the verifier's anchor says ``simulated``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import cbor2

from assay.engines.enclave.measurement import Measurement
from assay.engines.enclave.simulated_root import ROOT_NAME, Leaf, SimulatedRoot
from assay.trust.evidence import AnchorKind, Evidence, TrustAnchor, cose, nitro

NO_CONFIG: Final = hashlib.sha384(b"").digest()
"""The configuration's digest for a node that has none."""

PCRS = 16
"""Registers in a document; those behind the measured three are zero."""


class SimulatedEnclave:
    """One boot of a simulated enclave (an `assay.engines.enclave.enclave.Enclave`)."""

    family = nitro.FAMILY

    def __init__(
        self, root: SimulatedRoot, measurement: Measurement, *, clock: Callable[[], datetime]
    ) -> None:
        self._root = root
        self._clock = clock
        self._measurement = measurement
        self._module_id = f"{nitro.SIMULATED_MARK}-{root.fingerprint[:16]}-enc{secrets.token_hex(8)}"
        self._leaf = root.issue(self._module_id, clock())

    @classmethod
    def open(
        cls, directory: Path, *, clock: Callable[[], datetime], config_digest: bytes = NO_CONFIG
    ) -> Self:
        """Boot on the root kept in ``directory``, which is made if there is none.

        ``clock`` gives the time as an aware datetime. ``config_digest``, a SHA-384 of 48 bytes, becomes PCR2.
        Raises `SecretFileExposed` or `SecretFileUnreadable` for a root that cannot be used.
        """
        return cls(SimulatedRoot.open(directory, clock()), Measurement(config_digest), clock=clock)

    @property
    def measurements(self) -> Mapping[str, str]:
        """PCR0 to PCR2; see `Measurement.registers` for what the first use costs."""
        return self._measurement.registers()

    def anchor(self) -> TrustAnchor:
        """The root, typed as simulated."""
        return TrustAnchor(AnchorKind.SIMULATED, self.family, ROOT_NAME, self._root.fingerprint)

    def evidence(self, bound: bytes, nonce: bytes) -> tuple[Evidence, ...]:
        """One document, which needs no collateral."""
        return (Evidence(self.family, self.attest(user_data=bound, nonce=nonce or None)),)

    def attest(
        self, *, user_data: bytes, nonce: bytes | None = None, public_key: bytes | None = None
    ) -> bytes:
        """A document over the caller's bytes, good for one and a half to three hours from now.

        Raises `ValueError` for more bytes than the format holds.
        """
        _require_fit("user_data", user_data, nitro.MAX_USER_DATA)
        _require_fit("nonce", nonce, nitro.MAX_NONCE)
        _require_fit("public_key", public_key, nitro.MAX_PUBLIC_KEY)
        now = self._clock()
        leaf = self._leaf_for(now)
        payload = cbor2.dumps(
            {
                "module_id": self._module_id,
                "digest": "SHA384",
                "timestamp": int(now.timestamp() * 1000),
                "pcrs": self._pcrs(),
                "certificate": leaf.certificate,
                "cabundle": [self._root.der],
                "public_key": public_key,
                "user_data": user_data,
                "nonce": nonce,
            }
        )
        return cose.sign1(leaf.key, payload)

    def _leaf_for(self, now: datetime) -> Leaf:
        if not self._leaf.serves(now):
            self._leaf = self._root.issue(self._module_id, now)
        return self._leaf

    def _pcrs(self) -> dict[int, bytes]:
        measured = self.measurements
        zero = bytes(nitro.PCR_SIZE)
        return {
            index: bytes.fromhex(measured[f"PCR{index}"]) if index in nitro.CODE_PCRS else zero
            for index in range(PCRS)
        }


def _require_fit(name: str, content: bytes | None, limit: int) -> None:
    if content is not None and len(content) > limit:
        raise ValueError(f"{name} holds at most {limit} bytes")
