"""Patterns against what a regular expression says, and against each other."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from assay.trust.payments.pattern import matches

patterns = st.text(alphabet="ab*", max_size=8)


@given(patterns, st.text(alphabet="ab", max_size=8))
def test_a_star_stands_for_any_text(pattern: str, name: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches(pattern, name) == (re.fullmatch(expression, name) is not None)


@given(patterns, patterns, st.text(alphabet="abc", max_size=8))
def test_what_a_pattern_below_matches_the_one_above_does(above: str, below: str, name: str) -> None:
    if matches(above, below) and matches(below, name):
        assert matches(above, name)


@given(patterns, patterns)
def test_a_pattern_that_is_not_below_matches_something_more(above: str, below: str) -> None:
    if not matches(above, below):
        assert not matches(above, below.replace("*", "c"))


def test_many_stars_cost_no_time() -> None:
    began = time.perf_counter()
    assert not matches("*a" * 128 + "b", "a" * 100_000)
    assert time.perf_counter() - began < 1
