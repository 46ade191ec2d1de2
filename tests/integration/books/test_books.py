"""What the books of payments promise, one promise after the other, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from tests.integration.books.authorizing import anything, authorization
from tests.integration.books.engines import Engine

from assay.services.payments.books import Books
from assay.services.payments.books.moves import MoveRefused
from assay.services.payments.payment import Admit, Payment, PaymentKnown, State, Tally
from assay.trust.metering import BudgetSpent

A, B, C = authorization("a"), authorization("b", maximum=10**30), authorization("c", source="another")
NOBODY = authorization("never taken").key


@dataclass
class Place:
    engine: Engine
    name: str

    async def open(self) -> Books:
        return await self.engine.open(self.name)


@pytest.fixture
async def place(engine: Engine) -> Place:
    return Place(engine, await engine.fresh())


@pytest.fixture
async def books(place: Place) -> AsyncIterator[Books]:
    books = await place.open()
    yield books
    await books.aclose()


def at_most(limit: int) -> Admit:
    def admit(tally: Tally) -> None:
        if tally.reserved + tally.served + 100 > limit:
            raise BudgetSpent("That is too much.")

    return admit


async def test_a_payment_comes_back_as_it_was_taken(books: Books) -> None:
    for taken in (A, B, C):
        await books.reserve(taken, anything)
        assert await books.find(taken.key) == Payment(taken, State.RESERVED)
    assert await books.find(NOBODY) is None


async def test_the_whole_way(books: Books) -> None:
    await books.reserve(A, anything)
    assert await books.tally("payer") == Tally(reserved=100)
    await books.serve({A.key: (70, 5)}, 6)
    assert await books.tally("payer") == Tally(served=70)
    await books.settle([A.key], b"hash")
    assert await books.tally("payer") == Tally(settled=70)
    assert await books.find(A.key) == Payment(A, State.SETTLED, 70, 5, b"hash")


async def test_nothing_is_known_of_a_source_without_payments(books: Books) -> None:
    assert await books.tally("payer") == Tally()
    assert await books.last_charged("payer") is None
    assert await books.next_index() == 0


@pytest.mark.parametrize("state", State)
async def test_a_payment_is_taken_once_whatever_became_of_it(books: Books, state: State) -> None:
    await books.reserve(A, anything)
    if state in (State.SERVED, State.SETTLED):
        await books.serve({A.key: (70, 0)}, 1)
    if state is State.SETTLED:
        await books.settle([A.key], b"hash")
    if state is State.EXPIRED:
        await books.expire([A.key])
    before = await books.tally("payer")
    with pytest.raises(PaymentKnown) as known:
        await books.reserve(A, at_most(0))  # it is known before it is too much
    assert known.value.payment.state is state
    assert await books.tally("payer") == before


async def test_a_payer_uses_an_identifier_once(books: Books) -> None:
    first = authorization("first", identifier="purchase 1")
    await books.reserve(first, anything)
    for source in ("payer", "another"):
        with pytest.raises(PaymentKnown) as known:
            await books.reserve(authorization("second", source=source, identifier="purchase 1"), anything)
        assert known.value.payment.authorization == first
    other_payer = replace(authorization("third", identifier="purchase 1"), payer="0x" + 40 * "1")
    await books.reserve(other_payer, anything)
    await books.reserve(authorization("fourth"), anything)
    await books.reserve(authorization("fifth"), anything)  # no identifier is nobody's


async def test_a_refusal_leaves_nothing_behind(books: Books) -> None:
    await books.reserve(A, at_most(100))
    with pytest.raises(BudgetSpent):
        await books.reserve(authorization("b"), at_most(199))
    assert await books.find(authorization("b").key) is None
    assert await books.tally("payer") == Tally(reserved=100)
    await books.reserve(C, at_most(100))  # another source's sums are its own
    await books.reserve(authorization("b"), at_most(200))


async def test_a_rule_that_fails_leaves_nothing_behind(books: Books) -> None:
    with pytest.raises(ZeroDivisionError):
        await books.reserve(A, lambda tally: tally.reserved // 0)  # type: ignore[arg-type, return-value]
    assert await books.find(A.key) is None
    await books.reserve(A, anything)


async def test_what_receipts_charge_counts_once(books: Books) -> None:
    await books.reserve(A, anything)
    await books.reserve(C, anything)
    charges = {A.key: (70, 3), NOBODY: (5, 4), C.key: (0, 5)}
    for _ in range(2):
        await books.serve(charges, 6)
        assert await books.tally("payer") == Tally(served=70)
        assert await books.tally("another") == Tally()
        assert await books.next_index() == 6
    await books.serve({A.key: (99, 2)}, 3)
    assert await books.tally("payer") == Tally(served=70)
    assert await books.next_index() == 6


async def test_a_receipt_has_the_last_word_over_a_payment_given_up(books: Books) -> None:
    await books.reserve(A, anything)
    await books.expire([A.key])
    await books.expire([A.key])
    assert await books.tally("payer") == Tally()
    await books.serve({A.key: (70, 0)}, 1)
    assert await books.tally("payer") == Tally(served=70)


async def test_what_was_served_and_cannot_be_collected_is_given_up(books: Books) -> None:
    await books.reserve(A, anything)
    await books.serve({A.key: (70, 0)}, 1)
    await books.expire([A.key])
    assert await books.tally("payer") == Tally(lost=70)


async def test_money_comes_for_what_was_served_only(books: Books) -> None:
    await books.reserve(A, anything)
    await books.reserve(B, anything)
    await books.serve({B.key: (70, 0)}, 1)
    for refused in ([A.key], [B.key, A.key]):
        with pytest.raises(MoveRefused):
            await books.settle(refused, b"hash")
    await books.expire([A.key])
    with pytest.raises(MoveRefused):
        await books.settle([A.key], b"hash")
    assert await books.tally("payer") == Tally(served=70)  # of the two, neither was settled


async def test_what_is_settled_stays_so(books: Books) -> None:
    await books.reserve(A, anything)
    await books.serve({A.key: (70, 0)}, 1)
    await books.settle([A.key, NOBODY], b"first")
    await books.settle([A.key], b"second")
    await books.serve({A.key: (99, 1)}, 2)
    with pytest.raises(MoveRefused):
        await books.expire([A.key])
    assert await books.find(A.key) == Payment(A, State.SETTLED, 70, 0, b"first")


async def test_one_key_said_twice_is_one_payment(books: Books) -> None:
    await books.reserve(A, anything)
    await books.serve({A.key: (70, 0)}, 1)
    await books.settle([A.key, A.key], b"hash")
    assert await books.tally("payer") == Tally(settled=70)


async def test_no_keys_are_nothing_to_do(books: Books) -> None:
    await books.settle([], b"hash")
    await books.expire([])
    await books.serve({}, 4)
    assert await books.next_index() == 4


async def test_payments_are_found_by_state_and_rail_in_their_order(books: Books) -> None:
    names = [authorization(f"{number}", rail=("upto", "exact")[number % 2]) for number in range(8)]
    for taken in names:
        await books.reserve(taken, anything)
    await books.expire([names[2].key])

    async def found(state: State, *, rail: str | None = None, limit: int = 1000) -> list[int]:
        payments = await books.in_state(state, rail=rail, limit=limit)
        return [names.index(payment.authorization) for payment in payments]

    assert await found(State.RESERVED) == [0, 1, 3, 4, 5, 6, 7]
    assert await found(State.RESERVED, rail="upto") == [0, 4, 6]
    assert await found(State.RESERVED, rail="exact", limit=2) == [1, 3]
    assert await found(State.EXPIRED) == [2]
    assert await found(State.SETTLED) == []


async def test_the_last_charge_of_a_source(books: Books) -> None:
    names = [authorization(f"{number}") for number in range(4)]
    for taken in [*names, C]:
        await books.reserve(taken, anything)
    await books.serve({names[0].key: (1, 0), names[2].key: (2, 1), C.key: (3, 2)}, 3)
    await books.settle([names[2].key], b"hash")
    last = await books.last_charged("payer")
    assert last is not None
    assert last.authorization == names[2]


async def test_amounts_are_as_large_as_a_token_has_them(books: Books) -> None:
    largest = 2**256 - 1
    for name in ("a", "b"):
        await books.reserve(authorization(name, maximum=largest), anything)
    await books.serve({A.key: (largest, 0)}, 1)
    assert await books.tally("payer") == Tally(reserved=largest, served=largest)


async def test_what_happened_is_there_for_who_opens_the_books_next(place: Place) -> None:
    books = await place.open()
    await books.reserve(A, anything)
    await books.serve({A.key: (70, 0)}, 1)
    await books.aclose()
    again = await place.open()
    assert await again.tally("payer") == Tally(served=70)
    assert await again.next_index() == 1
    await again.aclose()


async def test_of_many_who_take_one_payment_one_has_it(place: Place) -> None:
    everybody = await asyncio.gather(*(place.open() for _ in range(6)))
    outcomes = await asyncio.gather(
        *(books.reserve(A, anything) for books in everybody for _ in range(2)), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, PaymentKnown) for outcome in outcomes) == 11
    assert await everybody[0].tally("payer") == Tally(reserved=100)
    for books in everybody:
        await books.aclose()


async def test_of_many_who_use_one_identifier_one_does(place: Place) -> None:
    everybody = await asyncio.gather(*(place.open() for _ in range(6)))
    named = [
        authorization(f"{number}", source=f"source {number}", identifier="one")
        for number in range(len(everybody))
    ]
    outcomes = await asyncio.gather(
        *(books.reserve(taken, anything) for books, taken in zip(everybody, named, strict=True)),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, PaymentKnown) for outcome in outcomes) == 5
    for books in everybody:
        await books.aclose()


async def test_many_at_once_do_not_overdraw_a_source(place: Place) -> None:
    everybody = await asyncio.gather(*(place.open() for _ in range(4)))
    outcomes = await asyncio.gather(
        *(
            books.reserve(authorization(f"{number} {turn}"), at_most(700))
            for number, books in enumerate(everybody)
            for turn in range(5)
        ),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 7
    assert sum(isinstance(outcome, BudgetSpent) for outcome in outcomes) == 13
    assert await everybody[0].tally("payer") == Tally(reserved=700)
    for books in everybody:
        await books.aclose()


async def test_who_moves_many_payments_waits_for_nobody_who_waits_for_him(place: Place) -> None:
    first, second = await place.open(), await place.open()
    names = [authorization(f"{number}", source=f"source {number}") for number in range(10)]
    for taken in names:
        await first.reserve(taken, anything)
    forwards = {taken.key: (1, 0) for taken in names}
    backwards = dict(reversed(forwards.items()))
    for _ in range(5):
        await asyncio.gather(first.serve(forwards, 1), second.serve(backwards, 1))
        await asyncio.gather(
            first.expire(list(forwards)), second.expire(list(backwards)), first.expire(list(backwards))
        )
    await first.aclose()
    await second.aclose()
