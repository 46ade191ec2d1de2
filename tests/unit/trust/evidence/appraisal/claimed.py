"""Claims as parsers would make them, without the documents behind: rules see nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from assay.trust.evidence import AnchorKind, Claims, TrustAnchor

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CODE = "ab" * 48
KNOWN = ({"MEASUREMENT": CODE},)


def snp(**changes: Any) -> Claims:
    """A healthy SEV-SNP guest that runs known code."""
    base = Claims(
        family="snp",
        anchor=TrustAnchor(AnchorKind.PRODUCTION, "snp", "AMD ARK-Milan", "00" * 32),
        identity="chip",
        measurements={"MEASUREMENT": CODE},
        code=("MEASUREMENT",),
        bound=bytes(64),
        nonce=None,
        public_key=None,
        issued_at=None,
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
        debug=False,
        versions={"reported_snp": 5, "committed_snp": 5},
        attributes={"product": "Milan", "vmpl": 0, "MIGRATE_MA": False},
    )
    return replace(base, **changes)


def tdx(**changes: Any) -> Claims:
    """A healthy TDX guest that runs known code."""
    return snp(**{"family": "tdx", "tcb_status": "UpToDate", "attributes": {}, "versions": {}, **changes})


def gpu(**changes: Any) -> Claims:
    """A healthy H100 whose firmware was compared with NVIDIA's manifests."""
    healthy = {
        "family": "nvidia",
        "debug": None,
        "versions": {"driver": "550.90.07", "vbios": "96.00.9F.00.01"},
        "attributes": {"chip": "GH100", "driver_rim": "matched", "vbios_rim": "matched"},
    }
    return snp(**{**healthy, **changes})
