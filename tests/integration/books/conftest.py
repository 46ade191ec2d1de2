from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.books.engines import Engine, PostgreSQL, Sqlite


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    return PostgreSQL(request.getfixturevalue("postgres"))
