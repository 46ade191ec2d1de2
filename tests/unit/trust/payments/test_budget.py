"""What a budget allows, what it refuses, and that what is below it allows no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.payments.budgets import BUDGET, CALL, NOON, below, budgets, calls

from assay.errors import FormatError
from assay.trust.payments.budget import Budget, PaidCall
from assay.trust.payments.errors import (
    BudgetExceeded,
    BudgetExpired,
    BudgetRefused,
    HostNotInBudget,
    ModelNotInBudget,
    PerCallExceeded,
    PerDayExceeded,
    TotalExceeded,
)
from assay.trust.payments.spent import Spent


def test_to_the_last_unit() -> None:
    BUDGET.check(CALL, Spent())
    BUDGET.check(CALL, Spent(charged=400, held=50, charged_today=50))
    assert BUDGET.left(Spent(charged=400, held=70, charged_today=20)) == 30


@pytest.mark.parametrize(
    ("call", "spent", "error", "left"),
    [
        (replace(CALL, maximum=51), Spent(), PerCallExceeded, 50),
        (CALL, Spent(charged=60, charged_today=60), PerDayExceeded, 40),
        (CALL, Spent(charged=60, held=60, charged_today=60, held_today=60), PerDayExceeded, 0),
        (CALL, Spent(charged=451), TotalExceeded, 49),
        (CALL, Spent(charged=400, held=80), TotalExceeded, 20),
    ],
)
def test_more_than_is_left(call: PaidCall, spent: Spent, error: type[BudgetExceeded], left: int) -> None:
    with pytest.raises(error) as refusal:
        BUDGET.check(call, spent)
    assert refusal.value.left == left


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (replace(CALL, at=BUDGET.expiry), BudgetExpired),
        (replace(CALL, host="example.org"), HostNotInBudget),
        (replace(CALL, host="a.example.org.evil"), HostNotInBudget),
        (replace(CALL, model="claude"), ModelNotInBudget),
        (replace(CALL, model=""), ModelNotInBudget),
    ],
)
def test_what_it_is_not_for(call: PaidCall, error: type[BudgetRefused]) -> None:
    with pytest.raises(error):
        BUDGET.check(call, Spent())


def test_hosts_in_any_case() -> None:
    BUDGET.check(replace(CALL, host="A.Example.ORG"), Spent())


@given(budgets, st.data(), calls, st.integers(0, 40))
def test_what_is_below_never_allows_what_is_refused_above(
    parent: Budget, data: st.DataObject, call: PaidCall, charged: int
) -> None:
    child = data.draw(below(parent))
    if child.why_not_below(parent):
        return
    own = Spent(charged=charged, charged_today=charged)
    if is_allowed(child, call, own):
        parent.check(call, own)
    assert child.left(own) <= parent.left(own)


def is_allowed(budget: Budget, call: PaidCall, spent: Spent) -> bool:
    try:
        budget.check(call, spent)
    except BudgetRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"owner": "0x" + "99" * 20}, "another agent"),
        ({"asset": "micro-usd"}, "another asset"),
        ({"total": 501}, "more money"),
        ({"per_call": 51}, "more money"),
        ({"per_day": 101}, "more money"),
        ({"expiry": BUDGET.expiry + 1}, "lasts longer"),
        ({"models": ("gpt-4o", "*")}, "more models"),
        ({"hosts": ("*example.org",)}, "more hosts"),
    ],
)
def test_a_sub_budget_only_narrows(change: dict[str, Any], reason: str) -> None:
    child = replace(BUDGET, owner=BUDGET.agent_key, models=("gpt-4*",), hosts=("node.example.org",))
    assert child.why_not_below(BUDGET) == ""
    assert reason in replace(child, **change).why_not_below(BUDGET)


@given(budgets)
def test_json_and_back(budget: Budget) -> None:
    assert Budget.from_json(budget.to_json()) == budget


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("owner", BUDGET.owner.upper()),
        ("agent_key", BUDGET.agent_key[:-1]),
        ("asset", "eip155:31337/erc20:0x" + "AB" * 20),
        ("asset", "bitcoin"),
        ("total", 500),
        ("total", "0500"),
        ("total", "-1"),
        ("total", str(2**256)),
        ("models", []),
        ("models", "gpt-4o"),
        ("models", [""]),
        ("models", ["\x1b[2J"]),
        ("models", ["m"] * 65),
        ("models", ["m" * 257]),
        ("hosts", ["Example.org"]),
        ("hosts", [3]),
        ("expiry", NOON + 0.5),
        ("expiry", 2**53 - 1),
        ("expiry", True),
        ("salt", "5" * 63),
        ("parent", "0x" + "00" * 32),
        ("more", "than there should be"),
    ],
)
def test_what_is_no_budget(member: str, value: Any) -> None:
    with pytest.raises(FormatError):
        Budget.from_json(BUDGET.to_json() | {member: value})


@pytest.mark.parametrize("value", [None, [], "budget", {}])
def test_what_is_not_even_an_object(value: Any) -> None:
    with pytest.raises(FormatError):
        Budget.from_json(value)
