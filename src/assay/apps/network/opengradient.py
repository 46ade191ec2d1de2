"""Whether a node speaks OpenGradient's dialect, too.

    [opengradient]

The table has no settings: that it is there switches the dialect on, and with it a key of its own and aliases of models.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from assay.engines.inference.settings import Settings
from assay.trust.receipts.rate import Rate

if TYPE_CHECKING:
    from assay.services.gateway.opengradient.dialect import OpenGradient


def is_switched_on(table: Settings | None) -> bool:
    """Raises `ConfigError` for a table that has settings."""
    if table is None:
        return False
    with table:
        return True


def open_dialect(rate: Rate | None, clock: Callable[[], datetime]) -> OpenGradient:
    """The dialect with a fresh key. ``rate``: what the node takes OPG for, if it is paid in OPG.

    Raises `ChainExtraMissing`: the names of keys are hashes as chains compute them.
    """
    from assay.services.gateway.opengradient.dialect import OpenGradient
    from assay.services.gateway.opengradient.tee_key import TeeKey

    return OpenGradient(TeeKey(), rate, clock)
