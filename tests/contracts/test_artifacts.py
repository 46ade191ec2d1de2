"""What is kept of the contracts is what their sources compile to."""

from __future__ import annotations

from pathlib import Path

import pytest
from build import ARTIFACTS, artifact, encoded, sources


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)
def test_artifact_matches_its_source(source: Path) -> None:
    kept = ARTIFACTS / f"{source.stem}.json"
    assert kept.read_text() == encoded(artifact(source)), "run scripts/contracts build"


def test_no_artifact_is_left_of_a_contract_that_is_gone() -> None:
    assert {path.stem for path in ARTIFACTS.glob("*.json")} == {source.stem for source in sources()}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)
def test_code_fits_in_an_account(source: Path) -> None:
    runtime = bytes.fromhex(artifact(source)["runtime"].removeprefix("0x"))
    assert len(runtime) <= 24_576, "EIP-170"
