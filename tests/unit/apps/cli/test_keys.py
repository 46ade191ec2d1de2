"""`assay keys` where no node lives."""

from __future__ import annotations

import pytest
from tests.unit.apps.cli.conftest import Run

from assay.apps.network.home import Home


@pytest.mark.parametrize("typed", [["list"], ["rotate"], ["revoke", "22" * 32], ["revoke", "--current"]])
def test_it_looks_for_an_identity_and_makes_none(run: Run, home: Home, typed: list[str]) -> None:
    result = run("keys", *typed)
    assert result.exit_code == 1
    assert "(no_identity)" in result.stderr
    assert not list(home.root.rglob("*.pem"))
