"""The hardware table holds together: rules compare its words with those of evidence, and people follow its sources."""

from __future__ import annotations

import re
from datetime import date

import pytest

from assay.trust.evidence.hardware import GpuSupport, hardware
from assay.trust.evidence.snp.product import ProductLine

PLATFORMS = {"tdx", *(f"snp {line.value}" for line in ProductLine)}
ROWS = hardware().gpus


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.gpu)
def test_a_row_is_in_the_words_of_evidence(row: GpuSupport) -> None:
    assert PLATFORMS.issuperset(row.platforms)
    assert all([row.platforms, row.chips, row.modes])
    assert row.architecture in {"hopper", "blackwell"}
    assert re.fullmatch(r"\d+(\.\d+)+", row.driver)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.gpu)
def test_a_row_names_its_sources(row: GpuSupport) -> None:
    assert row.sources
    assert set(row.sources) <= hardware().sources.keys()


def test_every_source_is_used_and_dated() -> None:
    assert hardware().sources.keys() == {source for row in ROWS for source in row.sources}
    assert date.fromisoformat(hardware().checked) >= date(2026, 11, 24)


def test_a_chip_is_in_one_row() -> None:
    chips = [chip for row in ROWS for chip in row.chips]
    assert len(chips) == len(set(chips))
