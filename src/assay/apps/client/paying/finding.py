"""Who pays for calls from this machine: a budget that is given or named, or nobody, and then an API key's account."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from assay.apps.client.environment import Environment
from assay.apps.network.home import Home

if TYPE_CHECKING:
    from assay.apps.client.paying.payer import Payer

VARIABLE = "ASSAY_BUDGET"
"""Environment variable: path of a budget file."""

BudgetFile: TypeAlias = "str | os.PathLike[str]"
"""As `assay budget new` writes it: an agent's key, and what may be spent with it."""


def find_payer(budget: BudgetFile | None, api_key: str | None, clock: Callable[[], datetime]) -> Payer | None:
    """Pays out of ``budget``; without one, and without an API key that says that an account pays, out of the one that
    `$ASSAY_BUDGET` names, or that ``env.json`` does. What is spent is counted in ``$ASSAY_HOME``.

    Raises `ConfigError` for a file that is no budget, and `ChainExtraMissing` without the extra ``chain``.
    """
    if budget is None and api_key is None:
        budget = os.environ.get(VARIABLE) or Environment.load().budget
    return None if budget is None else open_payer(budget, clock)


def open_payer(budget: BudgetFile, clock: Callable[[], datetime]) -> Payer:
    """Pays out of ``budget``, whatever else there is. Raises as `find_payer`."""
    from assay.apps.client.paying.payer import Payer  # brings x402, and the chain's packages

    return Payer.open(Path(budget), Home.find(os.environ), clock)
