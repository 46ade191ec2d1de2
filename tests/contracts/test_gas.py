"""Calls cost what the snapshot in git says: a change in gas is seen and meant."""

from __future__ import annotations

import json

from tests.contracts.gas import SNAPSHOT, measured


def test_gas_is_as_in_the_snapshot() -> None:
    assert measured() == json.loads(SNAPSHOT.read_text()), (
        "run scripts/contracts gas, and look at the difference"
    )
