from __future__ import annotations

import pytest
from tests.interop.web import running
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import Party


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    running.build()


@pytest.fixture(scope="session")
def chain() -> list[Party]:
    root = forgery.certify("root", path_length=2)
    return forgery.chain_of(root, forgery.certify("region", root, path_length=1))
