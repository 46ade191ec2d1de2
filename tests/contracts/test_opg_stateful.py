"""OPG against a model of it: any calls in any order, five thousand of them with ``ASSAY_CONTRACT_STEPS=5000``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import boa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.contracts.conftest import person
from tests.contracts.deploying import deploy
from tests.contracts.opg_model import FOREVER, ZERO, Model, Refused
from tests.contracts.signing import (
    CANCEL_AUTHORIZATION,
    PERMIT,
    TRANSFER_WITH_AUTHORIZATION,
    domain,
    sign,
)
from tests.contracts.steps import enough_steps

SUPPLY = 10**27
PEOPLE = {key.address: key for key in map(person, ("alice", "bob", "carol"))}

people = st.sampled_from(sorted(PEOPLE))
somewhere = st.sampled_from([*sorted(PEOPLE), ZERO, "token"])
amounts = st.one_of(st.integers(0, 5), st.sampled_from([SUPPLY // 2, SUPPLY, SUPPLY + 1, FOREVER]))
nonces = st.integers(0, 3).map(lambda number: number.to_bytes(32))
seconds = st.integers(-2, 2)


class OPGAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.anchor = boa.env.anchor()
        self.anchor.__enter__()
        first = min(PEOPLE)
        self.opg = deploy("OPG", first)
        self.model = Model(self.opg.address, defaultdict(int, {first: SUPPLY}))
        self.past: dict[int, dict[str, int]] = {}

    def teardown(self) -> None:
        self.anchor.__exit__(None, None, None)

    def both(self, call: Callable[[], Any], expected: Callable[[], None]) -> None:
        """The same call on both sides: done by both, or refused by both for the same reason."""
        try:
            expected()
        except Refused as refused:
            with boa.reverts(str(refused)):
                call()
        else:
            call()

    def place(self, where: str) -> str:
        return self.opg.address if where == "token" else where

    @property
    def now(self) -> int:
        return boa.env.timestamp

    @rule(sender=people, receiver=somewhere, amount=amounts)
    def transfer(self, sender: str, receiver: str, amount: int) -> None:
        receiver = self.place(receiver)
        self.both(
            lambda: self.opg.transfer(receiver, amount, sender=sender),
            lambda: self.model.transfer(sender, receiver, amount),
        )

    @rule(spender=people, owner=people, receiver=somewhere, amount=amounts)
    def transfer_from(self, spender: str, owner: str, receiver: str, amount: int) -> None:
        receiver = self.place(receiver)
        self.both(
            lambda: self.opg.transferFrom(owner, receiver, amount, sender=spender),
            lambda: self.model.transfer_from(spender, owner, receiver, amount),
        )

    @rule(owner=people, spender=people, amount=amounts)
    def approve(self, owner: str, spender: str, amount: int) -> None:
        self.both(
            lambda: self.opg.approve(spender, amount, sender=owner),
            lambda: self.model.approve(owner, spender, amount),
        )

    @rule(signer=people, owner=people, spender=people, amount=amounts, lasting=seconds)
    def permit(self, signer: str, owner: str, spender: str, amount: int, lasting: int) -> None:
        deadline = self.now + lasting
        message = {"owner": owner, "spender": spender, "value": amount, "deadline": deadline}
        nonce = self.model.nonces[owner]
        signature = sign(PEOPLE[signer], domain(self.opg), PERMIT, **message, nonce=nonce)
        self.both(
            lambda: self.opg.permit(owner, spender, amount, deadline, *signature.vrs),
            lambda: self.model.permit(signer, owner, spender, amount, deadline, self.now),
        )

    @rule(
        signer=people,
        sender=people,
        receiver=somewhere,
        amount=amounts,
        nonce=nonces,
        since=seconds,
        until=seconds,
        as_bytes=st.booleans(),
    )
    def authorized_transfer(
        self,
        signer: str,
        sender: str,
        receiver: str,
        amount: int,
        nonce: bytes,
        since: int,
        until: int,
        as_bytes: bool,
    ) -> None:
        receiver, bounds = self.place(receiver), (self.now + since, self.now + until)
        signature = sign(
            PEOPLE[signer],
            domain(self.opg),
            TRANSFER_WITH_AUTHORIZATION,
            from_=sender,
            to=receiver,
            value=amount,
            validAfter=bounds[0],
            validBefore=bounds[1],
            nonce=nonce,
        )
        given = (signature.packed,) if as_bytes else signature.vrs
        self.both(
            lambda: self.opg.transferWithAuthorization(sender, receiver, amount, *bounds, nonce, *given),
            lambda: self.model.authorized(signer, sender, receiver, amount, bounds, nonce, self.now),
        )

    @rule(authorizer=people, nonce=nonces)
    def cancel(self, authorizer: str, nonce: bytes) -> None:
        signature = sign(
            PEOPLE[authorizer], domain(self.opg), CANCEL_AUTHORIZATION, authorizer=authorizer, nonce=nonce
        )
        self.both(
            lambda: self.opg.cancelAuthorization(authorizer, nonce, *signature.vrs),
            lambda: self.model.cancel(authorizer, nonce),
        )

    @rule(delegator=people, delegatee=st.one_of(people, st.just(ZERO)))
    def delegate(self, delegator: str, delegatee: str) -> None:
        self.both(
            lambda: self.opg.delegate(delegatee, sender=delegator),
            lambda: self.model.delegate(delegator, delegatee),
        )

    @rule(elapsed=st.integers(1, 100))
    def wait(self, elapsed: int) -> None:
        self.past[self.now] = {account: self.model.votes(account) for account in PEOPLE}
        boa.env.time_travel(seconds=elapsed)

    @rule(account=people)
    def remember(self, account: str) -> None:
        for second, votes in self.past.items():
            assert self.opg.getPastVotes(account, second) == votes[account]

    @invariant()
    def agree(self) -> None:
        for account in PEOPLE:
            assert self.opg.balanceOf(account) == self.model.balances[account]
            assert self.opg.getVotes(account) == self.model.votes(account)
            assert self.opg.nonces(account) == self.model.nonces[account]
        assert sum(map(self.opg.balanceOf, PEOPLE)) == self.opg.totalSupply() == SUPPLY

    @invariant()
    def agree_on_allowances(self) -> None:
        for (owner, spender), allowed in self.model.allowances.items():
            assert self.opg.allowance(owner, spender) == allowed


TestOPG = OPGAgainstModel.TestCase
TestOPG.settings = enough_steps()
