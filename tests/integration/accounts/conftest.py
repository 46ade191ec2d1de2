from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.accounts.ledgers import Engine, PostgreSQL, Sqlite, check_balanced

from assay.services.payments.accounts.ledger import Ledger


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    return PostgreSQL(request.getfixturevalue("postgres"))


@pytest.fixture
async def place(engine: Engine) -> str:
    return await engine.fresh()


@pytest.fixture
async def ledger(engine: Engine, place: str) -> AsyncIterator[Ledger]:
    ledger = engine.open(place)
    yield ledger
    await check_balanced(ledger)
    await ledger.aclose()
