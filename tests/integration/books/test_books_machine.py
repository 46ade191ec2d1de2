"""Any history of payments, in the books and in a plain model of them: the same happens in both."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.integration.books.authorizing import authorization
from tests.integration.books.engines import Engine

from assay.services.payments.books import Books
from assay.services.payments.books.moves import MoveRefused
from assay.services.payments.payment import Authorization, Payment, PaymentKnown, State, Tally
from assay.trust.metering import BudgetSpent

FUNDS = 300
"""What every source may have reserved and served, together."""
SOURCES = ("one", "two")

NAMES = st.sampled_from([f"{number}" for number in range(8)])
TAKEN = st.builds(
    authorization,
    NAMES,
    source=st.sampled_from(SOURCES),
    maximum=st.integers(0, 150),
    identifier=st.sampled_from(["", "", "x", "y"]),
)
KEYS = st.lists(NAMES.map(lambda name: authorization(name).key), max_size=4, unique=True)


@dataclass
class Model:
    """The books as a dictionary."""

    payments: dict[bytes, Payment] = field(default_factory=dict)
    next_index: int = 0

    def tally(self, source: str) -> Tally:
        of = [payment for payment in self.payments.values() if payment.authorization.source == source]
        return Tally(
            reserved=sum(payment.authorization.maximum for payment in of if payment.state is State.RESERVED),
            served=sum(payment.amount for payment in of if payment.state is State.SERVED),
            settled=sum(payment.amount for payment in of if payment.state is State.SETTLED),
            lost=sum(payment.amount for payment in of if payment.state is State.EXPIRED),
        )

    def known(self, taken: Authorization) -> Payment | None:
        return self.payments.get(taken.key) or next(
            (
                payment
                for payment in self.payments.values()
                if taken.identifier and payment.authorization.identifier == taken.identifier
            ),
            None,
        )

    def change(self, keys: list[bytes], state: State, **changes: object) -> None:
        for key in keys:
            if key in self.payments:
                self.payments[key] = replace(self.payments[key], state=state, **changes)  # type: ignore[arg-type]

    def states(self, keys: list[bytes]) -> set[State]:
        return {self.payments[key].state for key in keys if key in self.payments}


class Histories(RuleBasedStateMachine):
    """``engine`` is set by whoever runs this."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = Model()
        self.books: Books

    @initialize()
    def begin(self) -> None:
        self.place = self.runner.run(self.engine.fresh())
        self.books = self.runner.run(self.engine.open(self.place))

    @rule(taken=TAKEN)
    def reserve(self, taken: Authorization) -> None:
        def admit(tally: Tally) -> None:
            assert tally == self.model.tally(taken.source)
            if tally.reserved + tally.served + taken.maximum > FUNDS:
                raise BudgetSpent("That is too much.")

        known = self.model.known(taken)
        before = self.model.tally(taken.source)
        try:
            self.runner.run(self.books.reserve(taken, admit))
        except PaymentKnown as refused:
            found = refused.payment
            assert found == known
        except BudgetSpent:
            assert known is None
            assert before.reserved + before.served + taken.maximum > FUNDS
        else:
            assert known is None
            self.model.payments[taken.key] = Payment(taken, State.RESERVED)

    @rule(keys=KEYS, part=st.fractions(0, 1))
    def serve(self, keys: list[bytes], part: object) -> None:
        charges: dict[bytes, tuple[int, int]] = {}
        for number, key in enumerate(keys):
            payment = self.model.payments.get(key)
            amount = int(payment.authorization.maximum * part) if payment else 1  # type: ignore[operator]
            charges[key] = (amount, self.model.next_index + number)
        following = self.model.next_index + len(keys)
        for _ in range(2):
            self.runner.run(self.books.serve(charges, following))
        for key, (amount, index) in charges.items():
            if self.model.states([key]) & {State.RESERVED, State.EXPIRED}:
                self.model.change([key], State.SERVED, amount=amount, log_index=index)
        self.model.next_index = following

    @rule(keys=KEYS, transaction=st.binary(min_size=1, max_size=2))
    def settle(self, keys: list[bytes], transaction: bytes) -> None:
        possible = self.model.states(keys) <= {State.SERVED, State.SETTLED}
        try:
            self.runner.run(self.books.settle(keys, transaction))
        except MoveRefused:
            assert not possible
        else:
            assert possible
            for key in keys:
                if self.model.states([key]) == {State.SERVED}:
                    self.model.change([key], State.SETTLED, transaction=transaction)

    @rule(keys=KEYS)
    def expire(self, keys: list[bytes]) -> None:
        possible = State.SETTLED not in self.model.states(keys)
        try:
            self.runner.run(self.books.expire(keys))
        except MoveRefused:
            assert not possible
        else:
            assert possible
            self.model.change(keys, State.EXPIRED)

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.books.aclose())
        self.books = self.runner.run(self.engine.open(self.place))

    @precondition(lambda self: hasattr(self, "books"))
    @invariant()
    def both_are_the_same(self) -> None:
        payments = self.model.payments
        for state in State:
            found = self.runner.run(self.books.in_state(state))
            assert found == [payment for payment in payments.values() if payment.state is state]
        for source in SOURCES:
            tally = self.runner.run(self.books.tally(source))
            assert tally == self.model.tally(source)
        assert self.runner.run(self.books.next_index()) == self.model.next_index

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.runner.run(self.books.aclose())
        self.runner.close()


def test_any_history(engine: Engine) -> None:
    machine = type("Histories", (Histories,), {"engine": engine})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
