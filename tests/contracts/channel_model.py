"""What payment channels should do, in plain Python: the other side of the differential test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.contracts.channel_signing import Config


class Refused(Exception):
    """The model's word for a revert; its message is the error's signature."""


def require(condition: bool, error: str) -> None:
    if not condition:
        raise Refused(error)


@dataclass(slots=True)
class Channel:
    balance: int = 0
    claimed: int = 0
    withdrawing: int = 0
    since: int = 0
    refunds: int = 0

    @property
    def unclaimed(self) -> int:
        return self.balance - self.claimed


@dataclass(frozen=True, slots=True)
class Row:
    """One claim of a batch. ``valid``: whoever signs vouchers of this channel signed this maximum for it."""

    config: Config
    maximum: int
    total: int
    valid: bool


@dataclass(slots=True)
class Model:
    """Channels in one token, and what everybody holds of it outside of them."""

    held: dict[str, int]
    channels: defaultdict[Config, Channel] = field(default_factory=lambda: defaultdict(Channel))
    claimed: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    settled: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def deposit(self, config: Config, amount: int) -> None:
        require(amount > 0, "ZeroDeposit()")
        self.channels[config].balance += amount

    def claim(self, caller: str, rows: list[Row]) -> None:
        for_caller = [caller in (row.config.receiver, row.config.receiver_authorizer) for row in rows]
        self._claim(rows, for_caller, "NotAuthorizedToClaim()")

    def claim_with_signature(self, signer: str, rows: list[Row]) -> None:
        """``signer`` signed exactly this batch."""
        require(bool(rows), "EmptyBatch()")
        speaks = rows[0].config.receiver_authorizer
        require(signer == speaks, "InvalidSignature()")
        by_one = [row.config.receiver_authorizer == speaks for row in rows]
        self._claim(rows, by_one, "NotReceiverAuthorizer()")

    def settle(self, receiver: str) -> None:
        self.held[receiver] += self.claimed[receiver] - self.settled[receiver]
        self.settled[receiver] = self.claimed[receiver]

    def refund(self, caller: str, config: Config, amount: int) -> None:
        require(caller in (config.receiver, config.receiver_authorizer), "NotAuthorizedToRefund()")
        self._refund(config, amount)

    def refund_with_signature(self, signer: str, config: Config, amount: int, nonce: int) -> None:
        require(nonce == self.channels[config].refunds, "InvalidRefundNonce()")
        require(signer == config.receiver_authorizer, "InvalidSignature()")
        self._refund(config, amount)

    def announce(self, caller: str, config: Config, amount: int, now: int) -> None:
        channel = self.channels[config]
        require(caller in (config.payer, config.payer_authorizer), "InvalidChannel()")
        require(amount > 0, "NothingToWithdraw()")
        require(channel.since == 0, "WithdrawalAlreadyPending()")
        require(amount <= channel.unclaimed, "WithdrawAmountExceedsAvailable()")
        channel.withdrawing, channel.since = amount, now

    def withdraw(self, caller: str, config: Config, now: int) -> None:
        channel = self.channels[config]
        require(caller in (config.payer, config.payer_authorizer), "NotAuthorizedToFinalizeWithdraw()")
        require(channel.since > 0, "WithdrawalNotPending()")
        require(now >= channel.since + config.withdraw_delay, "WithdrawDelayNotElapsed()")
        amount = min(channel.withdrawing, channel.unclaimed)
        channel.withdrawing = channel.since = 0
        channel.balance -= amount
        self.held[config.payer] += amount

    def _claim(self, rows: list[Row], allowed: Iterable[bool], error: str) -> None:
        """All rows in their order, or none."""
        require(bool(rows), "EmptyBatch()")
        totals: dict[Config, int] = {}
        for row, may in zip(rows, allowed, strict=True):
            require(may, error)
            channel = self.channels[row.config]
            if row.total <= totals.get(row.config, channel.claimed):
                continue
            require(row.total <= row.maximum, "ClaimExceedsCeiling()")
            require(row.total <= channel.balance, "ClaimExceedsBalance()")
            require(row.valid, "InvalidSignature()")
            totals[row.config] = row.total
        for config, total in totals.items():
            self.claimed[config.receiver] += total - self.channels[config].claimed
            self.channels[config].claimed = total

    def _refund(self, config: Config, requested: int) -> None:
        channel = self.channels[config]
        require(requested > 0, "ZeroRefund()")
        channel.refunds += 1
        amount = min(requested, channel.unclaimed)
        channel.balance -= amount
        channel.withdrawing = max(0, channel.withdrawing - amount)
        channel.since *= channel.withdrawing > 0
        self.held[config.payer] += amount
