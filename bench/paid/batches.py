"""What settling forty payments by `upto` costs, with the root of the receipts they paid for, by a real transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.apps.network.contracts import UNIT
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.canonical import X402_UPTO_PROXY
from assay.engines.chain.library import Address
from assay.services.payments.x402.binding import request_nonce
from assay.services.payments.x402.permit2 import PermitTransfer
from assay.services.payments.x402.terms import Terms
from paid.town import Person, Town

SIZE = 40
PAYERS = (1, 8, 40)
"""Among how many people the payments of a batch are."""
_FOR_EVER = 2**53


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction. ``gas`` is all of it, the root's too."""

    payers: int
    gas: int

    @property
    def gas_each(self) -> float:
        return self.gas / SIZE


async def measure(town: Town, people: Sequence[Person]) -> list[Batch]:
    """Their nonces name requests, as our clients' do, so each is in a word of its own: no batch is flattered."""
    facilitator: Facilitator = town.at(Facilitator)
    batches = []
    async with town.sender() as sender:
        for payers in PAYERS:
            payments = [_payment(people[number % payers], town.terms) for number in range(SIZE)]
            call = facilitator.settle(payments, os.urandom(32), SIZE)
            made = await sender.chain.read(call, sender=sender.account.address)
            if made != (True,) * SIZE:
                raise RuntimeError(f"{made.count(False)} of the payments are refused")
            batches.append(Batch(payers, (await sender.transact(call)).gas_used))
    return batches


def _payment(person: Person, terms: Terms) -> tuple[Address, bytes]:
    """A call of x402's proxy, for a third of what was signed for."""
    nonce = request_nonce("POST", "http://node/v1/chat/completions", os.urandom(32), os.urandom(32))
    unsigned = PermitTransfer(
        payer=person.account.address,
        token=terms.token,
        amount=UNIT,
        spender=X402_UPTO_PROXY,
        nonce=int.from_bytes(nonce),
        deadline=_FOR_EVER,
        payee=terms.payee,
        valid_after=0,
        facilitator=terms.facilitator,
        signature=b"",
    )
    signed = replace(unsigned, signature=person.account.sign_digest(unsigned.digest(terms)))
    call = signed.upto(UNIT // 3)
    return call.to, call.data
