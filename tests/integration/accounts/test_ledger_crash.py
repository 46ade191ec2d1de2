"""A ledger whose process is killed at every step: it balances, and whoever goes on books everything once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import TypeAlias

from tests.integration.accounts.ledgers import Engine, check_balanced
from tests.integration.dying import Live, Say, killed_at

from assay.services.payments.accounts.account import Charge, Kind, Limits
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.ledger_errors import DepositKnown

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Step: TypeAlias = Callable[[Ledger, list[str]], Awaitable[None]]


async def deposit(ledger: Ledger, _: list[str]) -> None:
    await ledger.deposit(await ledger.account("acme"), 100, Kind.OPG, "0xhash", NOW)


async def charge_two(ledger: Ledger, members: list[str]) -> None:
    await ledger.charge([Charge(0, members[0], 10), Charge(1, members[1], 20)], 2, NOW)


async def charge_all(ledger: Ledger, members: list[str]) -> None:
    """With what may have been charged before, as a node does that does not know whether it was."""
    charges = [Charge(0, members[0], 10), Charge(1, members[1], 20), Charge(2, members[0], 5)]
    await ledger.charge(charges, 3, NOW)


STEPS: list[Step] = [deposit, charge_two, charge_all]
BALANCES = [0, 100, 70, 65]
"""Of the account, before and after each of them."""


async def take_all_steps(ledger: Ledger, said: Say) -> None:
    members = [member.id for member in await ledger.members(await ledger.account("acme"))]
    for step in STEPS:
        with suppress(DepositKnown):  # booked by the process that was killed
            await step(ledger, members)
        await said()


async def prepared(engine: Engine) -> str:
    place = await engine.fresh()
    ledger = engine.open(place)
    await ledger.let_spend(await ledger.open_account("acme"), "team", Limits())
    await ledger.aclose()
    return place


def test_killed_at_every_step(engine: Engine) -> None:
    def living(place: str) -> Live:
        async def live(endanger: Callable[[], None], say: Say) -> None:
            ledger = engine.open(place)
            await ledger.next_index()  # makes the tables
            endanger()
            await take_all_steps(ledger, say)

        return live

    async def survivors(place: str) -> tuple[int, int]:
        """The balance that is left, and what becomes of it when somebody goes on."""

        async def nothing() -> None: ...

        await engine.quiet()
        ledger = engine.open(place)
        await check_balanced(ledger)
        left = (await ledger.account("acme")).balance
        await take_all_steps(ledger, nothing)
        await check_balanced(ledger)
        ended = (await ledger.account("acme")).balance
        await ledger.aclose()
        return left, ended

    for number in count():
        place = asyncio.run(prepared(engine))
        steps, killed = killed_at(number, living(place))
        left, ended = asyncio.run(survivors(place))
        assert left in BALANCES[steps : steps + 2], "half a step was written, or one was lost"
        assert ended == BALANCES[-1]
        if not killed:
            break
    assert number > 30
