"""What a genuine piece of evidence says, before anybody judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from assay.trust.evidence.anchors import TrustAnchor

NOTHING: Mapping[str, bytes] = MappingProxyType({})
"""No collateral."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one attester, in the words of RATS (RFC 9334 §8).

    A parser fills this in once the signature and the chain hold, and decides nothing: whether these
    measurements, this anchor or a debug enclave are acceptable is for the appraisal.
    """

    family: str
    """The evidence format, such as ``nitro``."""
    anchor: TrustAnchor
    """The pinned root the chain ends in; its kind says whether hardware stands behind all this."""
    identity: str
    """The attester's own name for itself."""
    measurements: Mapping[str, str]
    """What runs inside: register name (``PCR0``) to digest in lower-case hexadecimal."""
    code: tuple[str, ...]
    """The registers among `measurements` that identify the code; in no production enclave are they all zero."""
    bound: bytes
    """Bytes the enclave chose to have signed, normally those of `bind`; may be empty."""
    nonce: bytes | None
    """The caller's challenge, when the document carries one."""
    public_key: bytes | None
    """A key of the enclave's, when the document carries one."""
    issued_at: datetime | None
    """When the attester says it made this; aware, UTC. None: the format has no clock."""
    not_before: datetime
    """From when the whole chain, and all collateral, is valid; aware, UTC."""
    not_after: datetime
    """Until when the whole chain, and all collateral, is valid, this instant included; aware, UTC."""
    debug: bool | None
    """Whether the operator could look inside: such an enclave keeps no secret. None: the format has no such bit."""
    tcb_status: str | None = None
    """The vendor's word on the platform's firmware, such as ``UpToDate``; None where the vendor says none."""
    advisories: tuple[str, ...] = ()
    """The vendor's security advisories that concern this platform, such as ``INTEL-SA-00289``."""
    versions: Mapping[str, str | int] = field(default_factory=dict)
    """What the platform's parts say of their version: security version numbers, driver, VBIOS."""
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    """Whatever else of the document a rule may look at, by the names of the family's specification."""
    missing: tuple[str, ...] = ()
    """Collateral that would have said more and was not there, by the family's names for it."""

    @property
    def measured(self) -> bool:
        """Whether the code registers say anything; all zero, they belong to an enclave started to be debugged."""
        return any(bytes.fromhex(self.measurements[register]).strip(b"\0") for register in self.code)
