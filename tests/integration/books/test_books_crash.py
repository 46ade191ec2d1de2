"""Books whose process is killed at every step: no half of one is written, and none that was done is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import TypeAlias

from tests.integration.books.authorizing import anything, authorization
from tests.integration.books.engines import Engine
from tests.integration.dying import Live, Say, killed_at

from assay.services.payments.books import Books
from assay.services.payments.payment import Payment, PaymentKnown, State, Tally

A, B, C, D = (authorization(name, source=source) for name, source in ("a1", "b1", "c2", "d2"))
SOURCES = ("1", "2")
Step: TypeAlias = Callable[[Books], Awaitable[None]]

BEFORE: list[Step] = [
    lambda books: books.reserve(B, anything),
    lambda books: books.reserve(C, anything),
    lambda books: books.reserve(D, anything),
]
STEPS: list[Step] = [
    lambda books: books.reserve(A, anything),
    lambda books: books.serve({B.key: (70, 0), C.key: (30, 1)}, 2),
    lambda books: books.settle([C.key, B.key], b"hash"),
    lambda books: books.expire([D.key]),
    lambda books: books.serve({A.key: (100, 2)}, 3),
]
Snapshot: TypeAlias = tuple[list[Payment | None], list[Tally], int]


async def snapshot(books: Books) -> Snapshot:
    """All that is in the books, which is in itself consistent."""
    payments = [await books.find(taken.key) for taken in (A, B, C, D)]
    tallies = [await books.tally(source) for source in SOURCES]
    for source, tally in zip(SOURCES, tallies, strict=True):
        of = [payment for payment in payments if payment and payment.authorization.source == source]
        assert tally == Tally(
            sum(payment.authorization.maximum for payment in of if payment.state is State.RESERVED),
            sum(payment.amount for payment in of if payment.state is State.SERVED),
            sum(payment.amount for payment in of if payment.state is State.SETTLED),
            sum(payment.amount for payment in of if payment.state is State.EXPIRED),
        )
    return payments, tallies, await books.next_index()


async def prepared(engine: Engine) -> str:
    place = await engine.fresh()
    books = await engine.open(place)
    for step in BEFORE:
        await step(books)
    await books.aclose()
    return place


async def take_all_steps(books: Books, said: Say) -> None:
    for step in STEPS:
        with suppress(PaymentKnown):  # taken by the process that was killed
            await step(books)
        await said()


def test_killed_at_every_step(engine: Engine) -> None:
    async def whole_history() -> list[Snapshot]:
        books = await engine.open(await prepared(engine))
        history = [await snapshot(books)]

        async def remember() -> None:
            history.append(await snapshot(books))

        await take_all_steps(books, remember)
        await books.aclose()
        return history

    async def survivors(place: str) -> tuple[Snapshot, Snapshot]:
        """What is left, and what becomes of it when somebody goes on."""

        async def nothing() -> None: ...

        await engine.quiet()
        books = await engine.open(place)
        left = await snapshot(books)
        await take_all_steps(books, nothing)
        ended = await snapshot(books)
        await books.aclose()
        return left, ended

    def living(place: str) -> Live:
        async def live(endanger: Callable[[], None], say: Say) -> None:
            books = await engine.open(place)
            await books.next_index()  # makes the tables
            endanger()
            await take_all_steps(books, say)

        return live

    history = asyncio.run(whole_history())
    for number in count():
        place = asyncio.run(prepared(engine))
        steps, killed = killed_at(number, living(place))
        left, ended = asyncio.run(survivors(place))
        assert left in history[steps : steps + 2], "half a step was written, or one was lost"
        assert ended == history[-1]
        if not killed:
            break
    assert number > 30
