from __future__ import annotations

import pytest
from tests.unit.trust.evidence.tdx.forgery import collateral, intel, pem, quote

from assay.trust.evidence import EvidenceMalformed, tdx


def test_the_one_file_gets_its_name() -> None:
    given = collateral(intel())
    assert tdx.collect([given["collateral"]]) == given


def test_no_files_are_no_collateral() -> None:
    assert tdx.collect([]) == {}


@pytest.mark.parametrize("content", [b"", b"{}", pem(intel().root).encode(), quote(intel())], ids=len)
def test_a_file_of_something_else(content: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        tdx.collect([content])


def test_two_files() -> None:
    content = collateral(intel())["collateral"]
    with pytest.raises(EvidenceMalformed, match="one JSON file"):
        tdx.collect([content, content])
