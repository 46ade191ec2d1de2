"""How fast a voucher is checked, beside what no check can do without: one recovery of a key by the bare library."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coincurve import PublicKey

from assay.engines.chain.account import Account
from assay.engines.chain.local import CHAIN_ID
from assay.services.payments.channel.config import domain
from assay.services.payments.channel.voucher import Voucher, digest

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Checks:
    """A second, on one core, of processor time."""

    recoveries: float
    signatures: float
    """Of vouchers that have been read already."""
    vouchers: float
    """From the JSON of a payment to the answer whose signature it is."""


def measure(rounds: int) -> Checks:
    """Everything in turn, round by round, each time over vouchers of growing amounts."""
    signer, contract = Account(os.urandom(32)), domain(CHAIN_ID)
    channel = os.urandom(32)
    digests = [digest(contract, channel, amount) for amount in range(AT_ONCE)]
    signed = [Voucher(channel, amount, signer.sign_digest(each)) for amount, each in enumerate(digests)]
    bare = [voucher.signature[:64] + bytes([voucher.signature[64] - 27]) for voucher in signed]
    payments = [voucher.to_json() for voucher in signed]
    address = signer.address

    def recover() -> None:
        for signature, each in zip(bare, digests, strict=True):
            PublicKey.from_signature_and_message(signature, each, hasher=None)

    def check() -> None:
        assert all(voucher.is_signed_by(address, contract) for voucher in signed)

    def read_and_check() -> None:
        assert all(Voucher.from_json(payment).is_signed_by(address, contract) for payment in payments)

    return Checks(*_rates([recover, check, read_and_check], rounds))


def _rates(works: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, seconds, strict=True):
            began = time.process_time()
            work()
            taken.append(time.process_time() - began)
    return [AT_ONCE / statistics.median(taken) for taken in seconds]
