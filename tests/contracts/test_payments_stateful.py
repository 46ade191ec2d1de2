"""Permit2 and both x402 proxies against a model: any payments in any order, with anything in them changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.contracts.conftest import person
from tests.contracts.deploying import deploy, lay
from tests.contracts.permit2_signing import (
    EXACT_PROXY,
    EXACT_WITNESS,
    PERMIT2,
    UPTO_PROXY,
    UPTO_WITNESS,
    Permit,
)
from tests.contracts.refusing import refuses
from tests.contracts.steps import enough_steps

STOCK = 1_000
PEOPLE = {key.address: key for key in map(person, ("alice", "bob", "carol"))}

people = st.sampled_from(sorted(PEOPLE))
# Nothing stands for the right one, so that most payments are good.
perhaps = st.one_of(st.none(), people)
amounts = st.integers(0, STOCK // 3)
nonces = st.sampled_from([0, 1, 255, 256, 2**256 - 1])
seconds = st.integers(-1, 3)


class Refused(Exception):
    """The model's word for a revert: its arguments are the error's signature and values, or nothing to mean any."""


@dataclass(slots=True)
class Model:
    """Balances of one token, which everybody approved to Permit2, and nonces that are used up."""

    balances: dict[str, int]
    used: set[tuple[str, int]] = field(default_factory=set)

    def move(self, permit: Permit, owner: str, to: str, amount: int, valid: bool, now: int) -> None:
        """Permit2's rules, in its order. ``valid``: the owner signed exactly this, for the caller."""
        (_, permitted), *_ = permit.tokens
        if now > permit.deadline:
            raise Refused("SignatureExpired(uint256)", permit.deadline)
        if amount > permitted:
            raise Refused("InvalidAmount(uint256)", permitted)
        if (owner, permit.nonce) in self.used:
            raise Refused("InvalidNonce()")
        if not valid:
            raise Refused("InvalidSigner()")
        if amount > self.balances[owner]:
            raise Refused
        self.used.add((owner, permit.nonce))
        self.balances[owner] -= amount
        self.balances[to] += amount


class PaymentsAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.anchor = boa.env.anchor()
        self.anchor.__enter__()
        self.permit2 = lay("Permit2", PERMIT2)
        self.exact = lay("X402ExactPermit2Proxy", EXACT_PROXY)
        self.upto = lay("X402UptoPermit2Proxy", UPTO_PROXY)
        first, *others = PEOPLE
        self.opg = deploy("OPG", first)
        for account in PEOPLE:
            self.opg.approve(PERMIT2, 2**256 - 1, sender=account)
        for account in others:
            self.opg.transfer(account, STOCK, sender=first)
        self.opg.transfer(PERMIT2, self.opg.balanceOf(first) - STOCK, sender=first)
        self.model = Model(defaultdict(int, dict.fromkeys(PEOPLE, STOCK)))

    def teardown(self) -> None:
        self.anchor.__exit__(None, None, None)

    def both(self, contract: Any, call: Callable[[], Any], expected: Callable[[], None]) -> None:
        """The same call on both sides: done by both, or refused by both with the same error."""
        try:
            expected()
        except Refused as refused:
            with refuses(contract, *refused.args) if refused.args else boa.reverts():
                call()
        else:
            call()

    @property
    def now(self) -> int:
        return boa.env.timestamp

    def permit(self, spender: str, amount: int, nonce: int, lasting: int) -> Permit:
        return Permit([(self.opg.address, amount)], spender, nonce, self.now + lasting)

    @rule(
        owner=people,
        signer=perhaps,
        spender=people,
        caller=perhaps,
        to=people,
        permitted=amounts,
        requested=amounts,
        nonce=nonces,
        lasting=seconds,
        batch=st.booleans(),
    )
    def transfer(
        self,
        owner: str,
        signer: str | None,
        spender: str,
        caller: str | None,
        to: str,
        permitted: int,
        requested: int,
        nonce: int,
        lasting: int,
        batch: bool,
    ) -> None:
        signer, caller = signer or owner, caller or spender
        permit = self.permit(spender, permitted, nonce, lasting).but(batch=batch)
        details = [(to, requested)] if batch else (to, requested)
        signature = permit.sign(PEOPLE[signer]).packed
        valid = signer == owner and caller == spender
        if batch and requested > permitted:
            return  # A batch looks at amounts last: its unit tests do this.
        self.both(
            self.permit2,
            lambda: self.permit2.permitTransferFrom(
                permit.arguments, details, owner, signature, sender=caller
            ),
            lambda: self.model.move(permit, owner, to, requested, valid, self.now),
        )

    @rule(owner=people, nonce=nonces)
    def invalidate(self, owner: str, nonce: int) -> None:
        self.permit2.invalidateUnorderedNonces(nonce >> 8, 1 << (nonce & 255), sender=owner)
        self.model.used.add((owner, nonce))

    @rule(owner=people, signer=perhaps, to=people, named=perhaps, amount=amounts, nonce=nonces, since=seconds)
    def settle_exact(
        self, owner: str, signer: str | None, to: str, named: str | None, amount: int, nonce: int, since: int
    ) -> None:
        signer, named = signer or owner, named or to
        permit, valid_after = self.permit(EXACT_PROXY, amount, nonce, 0), self.now - since
        witness = {"to": named, "validAfter": valid_after}
        signature = permit.sign_with(PEOPLE[signer], EXACT_WITNESS, witness).packed

        def expected() -> None:
            self.check(amount, valid_after)
            self.model.move(permit, owner, to, amount, signer == owner and to == named, self.now)

        self.both(
            self.exact,
            lambda: self.exact.settle(permit.arguments, owner, (to, valid_after), signature),
            expected,
        )

    @rule(
        owner=people,
        signer=perhaps,
        to=people,
        facilitator=people,
        caller=perhaps,
        maximum=amounts,
        amount=amounts,
        nonce=nonces,
        since=seconds,
    )
    def settle_upto(
        self,
        owner: str,
        signer: str | None,
        to: str,
        facilitator: str,
        caller: str | None,
        maximum: int,
        amount: int,
        nonce: int,
        since: int,
    ) -> None:
        signer, caller = signer or owner, caller or facilitator
        permit, valid_after = self.permit(UPTO_PROXY, maximum, nonce, 0), self.now - since
        witness = {"to": to, "facilitator": facilitator, "validAfter": valid_after}
        signature = permit.sign_with(PEOPLE[signer], UPTO_WITNESS, witness).packed

        def expected() -> None:
            if amount > maximum:
                raise Refused("AmountExceedsPermitted()")
            if caller != facilitator:
                raise Refused("UnauthorizedFacilitator()")
            self.check(amount, valid_after)
            self.model.move(permit, owner, to, amount, signer == owner, self.now)

        self.both(
            self.upto,
            lambda: self.upto.settle(
                permit.arguments, amount, owner, tuple(witness.values()), signature, sender=caller
            ),
            expected,
        )

    def check(self, amount: int, valid_after: int) -> None:
        """What both proxies look at before they ask Permit2."""
        if amount == 0:
            raise Refused("InvalidAmount()")
        if self.now < valid_after:
            raise Refused("PaymentTooEarly()")

    @rule(elapsed=st.integers(1, 100))
    def wait(self, elapsed: int) -> None:
        boa.env.time_travel(seconds=elapsed)

    @invariant()
    def agree(self) -> None:
        for account in PEOPLE:
            assert self.opg.balanceOf(account) == self.model.balances[account]

    @invariant()
    def agree_on_nonces(self) -> None:
        for owner, nonce in self.model.used:
            assert self.permit2.nonceBitmap(owner, nonce >> 8) >> (nonce & 255) & 1


TestPayments = PaymentsAgainstModel.TestCase
TestPayments.settings = enough_steps()
