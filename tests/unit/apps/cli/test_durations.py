"""Lengths of time, as people write them."""

from __future__ import annotations

import pytest

from assay.apps.cli.durations import DurationInvalid, parse


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800)])
def test_read(text: str, seconds: int) -> None:
    assert parse(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "0d", "1.5h", "7w", "1d2h", "9999999d"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(DurationInvalid):
        parse(text)
