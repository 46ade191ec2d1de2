"""``kill -9`` at every step: before each statement that SQLite runs, before and after each message to PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from asyncio import selector_events
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any, TypeAlias

from tests.integration.books.authorizing import anything, authorization
from tests.integration.books.engines import Engine

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
        )
    return payments, tallies, await books.next_index()


async def prepared(engine: Engine) -> str:
    place = await engine.fresh()
    books = await engine.open(place)
    for step in BEFORE:
        await step(books)
    await books.aclose()
    return place


async def take_all_steps(books: Books, said: Callable[[], Awaitable[None]]) -> None:
    for step in STEPS:
        with suppress(PaymentKnown):  # taken by the process that was killed
            await step(books)
        await said()


def killer(number: int) -> Callable[[], None]:
    """What kills this process at its ``number``-th step towards a database after it was called once."""
    left = count(number, -1)
    armed = False

    def event(*_: object) -> None:
        if armed and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm() -> None:
        nonlocal armed
        armed = True

    connect = sqlite3.connect

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(event)
        return connection

    class Transport(selector_events._SelectorSocketTransport):  # type: ignore[name-defined, misc]
        def write(self, data: bytes) -> None:
            event()
            super().write(data)
            event()

    sqlite3.connect = traced
    selector_events._SelectorSocketTransport = Transport  # type: ignore[attr-defined]
    return arm


def killed_at(engine: Engine, place: str, number: int) -> tuple[int, bool]:
    """How many steps a process had done when it was killed, and whether it was."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:

        async def say() -> None:
            os.write(writing, b".")

        async def live() -> None:
            arm = killer(number)
            books = await engine.open(place)
            arm()
            await take_all_steps(books, say)

        try:
            asyncio.run(live())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(process, 0)
    with os.fdopen(reading, "rb") as said:
        steps = len(said.read())
    assert status == 0 or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)
    return steps, status != 0


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

        books = await engine.open(place)
        left = await snapshot(books)
        await take_all_steps(books, nothing)
        ended = await snapshot(books)
        await books.aclose()
        return left, ended

    history = asyncio.run(whole_history())
    for number in count():
        place = asyncio.run(prepared(engine))
        steps, killed = killed_at(engine, place, number)
        left, ended = asyncio.run(survivors(place))
        assert left in history[steps : steps + 2], "half a step was written, or one was lost"
        assert ended == history[-1]
        if not killed:
            break
    assert number > 30
