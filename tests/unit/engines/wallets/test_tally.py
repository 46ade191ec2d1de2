"""Sums that never say too little: in any order of events, across processes that are killed, and from many threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from tests.unit.engines.wallets.mandates import AGENT, SUB_AGENT
from tests.unit.trust.payments.budgets import CALL, NOON

from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Hold, Tally
from assay.trust.payments.errors import (
    BudgetExceeded,
    BudgetRefused,
    BudgetRevoked,
    PerDayExceeded,
    TotalExceeded,
)
from assay.trust.payments.spent import Spent

NOW = datetime.fromtimestamp(NOON, UTC)
ROOT, SUB = SUB_AGENT.mandate.budgets
ROOT_ID, SUB_ID = SUB_AGENT.mandate.ids
ALONE, BELOW = [(ROOT_ID, ROOT)], [(ROOT_ID, ROOT), (SUB_ID, SUB)]


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    return Tally(tmp_path / "tally.sqlite")


def test_reserved_charged_and_let_go(tally: Tally) -> None:
    first, second = tally.reserve(ALONE, CALL), tally.reserve(ALONE, CALL)
    with pytest.raises(PerDayExceeded):
        tally.reserve(ALONE, CALL)
    first.commit(7)
    second.release()
    assert tally.spent(ROOT_ID, NOON) == Spent(charged=7, charged_today=7)
    for hold in (first, second):
        hold.commit(50)
        hold.release()
    assert tally.spent(ROOT_ID, NOON) == Spent(charged=7, charged_today=7), "once is once"


def test_a_call_counts_on_the_day_on_which_it_began(tally: Tally) -> None:
    hold = tally.reserve(ALONE, CALL)
    assert tally.spent(ROOT_ID, NOON + 86_400) == Spent(held=50)
    hold.commit(50)
    assert tally.spent(ROOT_ID, NOON + 86_400) == Spent(charged=50)
    assert tally.spent(ROOT_ID, NOON).charged_today == 50


def test_what_a_sub_budget_spends_is_gone_from_the_one_above(tally: Tally) -> None:
    tally.reserve(BELOW, CALL)
    assert tally.spent(ROOT_ID, NOON) == tally.spent(SUB_ID, NOON) == Spent(held=50, held_today=50)
    with pytest.raises(TotalExceeded) as refusal:
        tally.reserve(BELOW, CALL)
    assert refusal.value.left == 10
    assert tally.spent(ROOT_ID, NOON).held == 50, "refused below, nothing is set aside above"
    tally.reserve(ALONE, CALL)
    with pytest.raises(PerDayExceeded):
        tally.reserve(BELOW, replace(CALL, maximum=1))


def test_more_than_was_set_aside(tally: Tally) -> None:
    hold = tally.reserve(ALONE, CALL)
    with pytest.raises(ValueError):
        hold.commit(51)
    assert tally.spent(ROOT_ID, NOON).held == 50


def test_taken_back(tally: Tally) -> None:
    hold = tally.reserve(BELOW, CALL)
    tally.revoke(ROOT_ID)
    tally.revoke(ROOT_ID)
    assert tally.is_revoked([ROOT_ID, SUB_ID])
    assert not tally.is_revoked([SUB_ID])
    for budgets in (ALONE, BELOW):
        with pytest.raises(BudgetRevoked):
            tally.reserve(budgets, replace(CALL, maximum=0))
    hold.commit(3)
    assert tally.spent(SUB_ID, NOON).charged == 3, "what was signed before is charged"


def test_amounts_beyond_64_bits(tally: Tally) -> None:
    rich = replace(ROOT, total=2**256 - 1, per_call=2**255, per_day=2**256 - 1)
    tally.reserve([(ROOT_ID, rich)], replace(CALL, maximum=2**255)).commit(2**255 - 1)
    assert tally.spent(ROOT_ID, NOON).charged == 2**255 - 1


def test_threads_take_turns(tally: Tally) -> None:
    def spend(_: int) -> int:
        try:
            hold = tally.reserve(ALONE, replace(CALL, maximum=2))
        except BudgetExceeded:
            return 0
        hold.commit(1)
        return 1

    with ThreadPoolExecutor(8) as threads:
        done = sum(threads.map(spend, range(200)))
    assert tally.spent(ROOT_ID, NOON) == Spent(charged=done, charged_today=done)
    assert 98 <= done <= 99 or done == 100


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.engines.wallets.test_tally import ALONE, CALL, Tally
tally = Tally(Path(sys.argv[1]))
hold = tally.reserve(ALONE, CALL)
if sys.argv[2] == "charged":
    hold.commit(7)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("state", "total"), [("held", 50), ("charged", 7)])
def test_killed(tally: Tally, tmp_path: Path, state: str, total: int) -> None:
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "tally.sqlite"), state]
    done = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert tally.spent(ROOT_ID, NOON).total == total


def test_as_the_client_pays(tally: Tally) -> None:
    purse, above = BudgetPurse(SUB_AGENT, tally), BudgetPurse(AGENT, tally)
    assert purse.signer.address.lower() == SUB.agent_key
    assert (purse.left(NOW), above.left(NOW)) == (50, 50)
    above.reserve(50, CALL, NOW)
    above.reserve(40, CALL, NOW)
    assert purse.left(NOW) == 10, "the one above has no more left"
    assert purse.spent(NOW) == Spent()
    with pytest.raises(PerDayExceeded):
        purse.reserve(11, CALL, NOW)
    purse.reserve(10, CALL, NOW).commit(4)
    assert purse.spent(NOW).charged == 4


class Spending(RuleBasedStateMachine):
    """Whatever comes in whatever order, no sum exceeds what was signed, and the file says what a plain model does."""

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "tally.sqlite"
        self.tally = Tally(self.path)
        self.open: dict[Hold, tuple[int, int, Any]] = {}
        self.charged: list[tuple[int, int, Any]] = []

    @rule(
        target=holds,
        maximum=st.integers(0, 55),
        day=st.integers(0, 2),
        budgets=st.sampled_from([ALONE, BELOW]),
    )
    def reserve(self, maximum: int, day: int, budgets: Any) -> Hold | None:
        call = replace(CALL, maximum=maximum, at=NOON + day * 86_400)
        with suppress(BudgetRefused):
            hold = self.tally.reserve(budgets, call)
            self.open[hold] = (maximum, day, budgets)
            return hold
        return None

    @rule(hold=consumes(holds), share=st.floats(0, 1))
    def commit(self, hold: Hold | None, share: float) -> None:
        if hold in self.open:
            maximum, day, budgets = self.open.pop(hold)
            amount = int(maximum * share)
            hold.commit(amount)
            self.charged.append((amount, day, budgets))

    @rule(hold=consumes(holds))
    def release(self, hold: Hold | None) -> None:
        if hold in self.open:
            del self.open[hold]
            hold.release()

    @rule()
    def begin_anew(self) -> None:
        """What was under way stays set aside."""
        self.tally.close()
        self.tally = Tally(self.path)
        self.charged += self.open.values()
        self.open.clear()

    @invariant()
    def nothing_is_exceeded_and_nothing_is_lost(self) -> None:
        known = [*self.open.values(), *self.charged]
        for id, budget in BELOW:
            of_budget = [(amount, day) for amount, day, budgets in known if (id, budget) in budgets]
            assert sum(amount for amount, _ in of_budget) <= budget.total
            for day in range(3):
                spent = self.tally.spent(id, NOON + day * 86_400)
                assert spent.total == sum(amount for amount, _ in of_budget)
                assert spent.day == sum(amount for amount, on in of_budget if on == day)
                assert spent.day <= budget.per_day

    def teardown(self) -> None:
        self.tally.close()
        self.directory.cleanup()


Spending.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestSpending = Spending.TestCase
