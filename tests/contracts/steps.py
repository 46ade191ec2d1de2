"""How long the stateful tests run: ``ASSAY_CONTRACT_STEPS`` calls a contract."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_STEPS_A_RUN = 50


def enough_steps() -> settings:
    """Runs of fifty calls, each on a new contract: a few by default, so that a change is tested in seconds."""
    steps = int(os.environ.get("ASSAY_CONTRACT_STEPS", "250"))
    return settings(
        max_examples=max(1, steps // _STEPS_A_RUN),
        stateful_step_count=_STEPS_A_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
