"""Payment channels against a model: any calls in any order by anybody, with vouchers signed by the wrong ones too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.contracts.channel_model import Model, Refused, Row
from tests.contracts.channel_signing import DELAY_S, ZERO, Channels, Claim, Config
from tests.contracts.conftest import person
from tests.contracts.deploying import play
from tests.contracts.refusing import refuses
from tests.contracts.steps import enough_steps

STOCK = 10_000
PEOPLE = {key.address: key for key in map(person, ("alice", "bob", "carol"))}
ALICE, BOB, CAROL = PEOPLE

people = st.sampled_from(sorted(PEOPLE))
# Nothing stands for the right one, so that most calls are good.
perhaps = st.one_of(st.none(), st.none(), people)
amounts = st.integers(0, 60)
places = st.integers(0, 3)
rows = st.lists(st.tuples(places, amounts, amounts, perhaps), max_size=3)


def channels_in(token: str) -> list[Config]:
    """With and without a session key; with one receiver, one who speaks for two, and one who pays itself."""
    return [
        Config(ALICE, ZERO, BOB, BOB, token),
        Config(ALICE, CAROL, BOB, CAROL, token),
        Config(BOB, ALICE, CAROL, CAROL, token, withdraw_delay=2 * DELAY_S),
        Config(CAROL, ZERO, CAROL, BOB, token, salt=b"\x01" * 32),
    ]


class ChannelsAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.anchor = boa.env.anchor()
        self.anchor.__enter__()
        self.channels = Channels.open(ALICE)
        self.purse = play("Purse")
        self.channels.opg.transfer(self.purse.address, STOCK, sender=ALICE)
        self.channels.opg.transfer(self.channels.permit2.address, self.held(ALICE), sender=ALICE)
        self.configs = channels_in(self.channels.opg.address)
        self.model = Model(dict.fromkeys(PEOPLE, 0))

    def teardown(self) -> None:
        self.anchor.__exit__(None, None, None)

    def held(self, account: str) -> int:
        return int(self.channels.opg.balanceOf(account))

    @property
    def contract(self) -> Any:
        return self.channels.contract

    @property
    def now(self) -> int:
        return boa.env.timestamp

    def both(self, call: Callable[[], Any], expected: Callable[[], None]) -> None:
        """The same call on both sides: done by both, or refused by both with the same error."""
        try:
            expected()
        except Refused as refused:
            with refuses(self.contract, str(refused)):
                call()
        else:
            call()

    def signs(self, config: Config) -> str:
        """Who signs vouchers."""
        return config.payer if config.payer_authorizer == ZERO else config.payer_authorizer

    def claims(self, drawn: list[tuple[int, int, int, str | None]]) -> tuple[list[Claim], list[Row]]:
        """Claims as the contract takes them, and as the model does."""
        claims, expected = [], []
        for place, maximum, total, perhaps_signer in drawn:
            config = self.configs[place]
            signer = perhaps_signer or self.signs(config)
            claims.append(self.channels.claim(PEOPLE[signer], config, total, maximum))
            expected.append(Row(config, maximum, total, signer == self.signs(config)))
        return claims, expected

    @rule(place=places, amount=amounts)
    def deposit(self, place: int, amount: int) -> None:
        config = self.configs[place]
        self.both(
            lambda: self.contract.deposit(config.arguments, amount, self.purse.address, b""),
            lambda: self.model.deposit(config, amount),
        )

    @rule(rows=rows, caller=perhaps)
    def claim(self, rows: list[tuple[int, int, int, str | None]], caller: str | None) -> None:
        claims, expected = self.claims(rows)
        sender = caller or (claims[0].config.receiver if claims else BOB)
        self.both(
            lambda: self.contract.claim([claim.arguments for claim in claims], sender=sender),
            lambda: self.model.claim(sender, expected),
        )

    @rule(rows=rows, signer=perhaps, sender=people)
    def claim_with_signature(
        self, rows: list[tuple[int, int, int, str | None]], signer: str | None, sender: str
    ) -> None:
        claims, expected = self.claims(rows)
        speaks = signer or (claims[0].config.receiver_authorizer if claims else BOB)
        batch = self.channels.batch(PEOPLE[speaks], claims)
        self.both(
            lambda: self.contract.claimWithSignature(*batch, sender=sender),
            lambda: self.model.claim_with_signature(speaks, expected),
        )

    @rule(receiver=people, sender=people)
    def settle(self, receiver: str, sender: str) -> None:
        self.contract.settle(receiver, self.channels.opg.address, sender=sender)
        self.model.settle(receiver)

    @rule(place=places, caller=perhaps, amount=amounts)
    def refund(self, place: int, caller: str | None, amount: int) -> None:
        config = self.configs[place]
        sender = caller or config.receiver
        self.both(
            lambda: self.contract.refund(config.arguments, amount, sender=sender),
            lambda: self.model.refund(sender, config, amount),
        )

    @rule(place=places, signer=perhaps, amount=amounts, late=st.sampled_from([0, 0, 0, 1]), sender=people)
    def refund_with_signature(
        self, place: int, signer: str | None, amount: int, late: int, sender: str
    ) -> None:
        config = self.configs[place]
        speaks, nonce = signer or config.receiver_authorizer, self.model.channels[config].refunds + late
        signed = self.channels.refund(PEOPLE[speaks], config, amount, nonce)
        self.both(
            lambda: self.contract.refundWithSignature(*signed, sender=sender),
            lambda: self.model.refund_with_signature(speaks, config, amount, nonce),
        )

    @rule(place=places, caller=perhaps, amount=amounts)
    def announce(self, place: int, caller: str | None, amount: int) -> None:
        config = self.configs[place]
        sender = caller or config.payer
        self.both(
            lambda: self.contract.initiateWithdraw(config.arguments, amount, sender=sender),
            lambda: self.model.announce(sender, config, amount, self.now),
        )

    @rule(place=places, caller=perhaps)
    def withdraw(self, place: int, caller: str | None) -> None:
        config = self.configs[place]
        sender = caller or config.payer
        self.both(
            lambda: self.contract.finalizeWithdraw(config.arguments, sender=sender),
            lambda: self.model.withdraw(sender, config, self.now),
        )

    @rule(elapsed=st.integers(1, 2 * DELAY_S))
    def wait(self, elapsed: int) -> None:
        boa.env.time_travel(seconds=elapsed)

    @invariant()
    def agree(self) -> None:
        for config in self.configs:
            expected, channel_id = self.model.channels[config], self.channels.id(config)
            assert self.contract.channels(channel_id) == (expected.balance, expected.claimed)
            assert self.contract.pendingWithdrawals(channel_id) == (expected.withdrawing, expected.since)
            assert self.contract.refundNonce(channel_id) == expected.refunds
        for account in PEOPLE:
            sums = (self.model.claimed[account], self.model.settled[account])
            assert self.contract.receivers(account, self.channels.opg.address) == sums
            assert self.held(account) == self.model.held[account]

    @invariant()
    def owes_what_it_holds(self) -> None:
        unclaimed = sum(self.model.channels[config].unclaimed for config in self.configs)
        unsettled = sum(self.model.claimed.values()) - sum(self.model.settled.values())
        assert self.held(self.contract.address) == unclaimed + unsettled


TestChannels = ChannelsAgainstModel.TestCase
TestChannels.settings = enough_steps()
