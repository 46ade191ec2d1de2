"""Payments by `upto` as a facilitator puts them into a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boa
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import deploy, lay
from tests.contracts.permit2_signing import (
    EXACT_PROXY,
    PERMIT2,
    UPTO_PROXY,
    UPTO_WITNESS,
    Permit,
)

MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class Market:
    """A token, the contracts that move it by signature, and a facilitator that settles them in batches."""

    opg: Any
    permit2: Any
    exact: Any
    upto: Any
    settlement: Any
    facilitator: Any

    @staticmethod
    def open(owner: str, operator: str) -> Market:
        """All contracts: the supply, and the right to name settlers and operators, are ``owner``'s."""
        opg = deploy("OPG", owner)
        settlement = deploy("Settlement", owner)
        facilitator = deploy("Facilitator", owner, settlement.address, opg.address)
        settlement.set_settler(facilitator.address, True, sender=owner)
        facilitator.set_operator(operator, True, sender=owner)
        return Market(
            opg=opg,
            permit2=lay("Permit2", PERMIT2),
            exact=lay("X402ExactPermit2Proxy", EXACT_PROXY),
            upto=lay("X402UptoPermit2Proxy", UPTO_PROXY),
            settlement=settlement,
            facilitator=facilitator,
        )

    def payment(
        self, signer: LocalAccount, payee: str, amount: int, nonce: int, owner: str | None = None
    ) -> tuple[str, bytes]:
        """A payment by `upto` out of a maximum of 100, signed by ``signer`` for ``owner``, who is the signer."""
        now = boa.env.timestamp
        permit = Permit([(self.opg.address, MAXIMUM)], UPTO_PROXY, nonce, now)
        witness = {"to": payee, "facilitator": self.facilitator.address, "validAfter": now}
        signature = permit.sign_with(signer, UPTO_WITNESS, witness).packed
        payer = owner or signer.address
        arguments = (permit.arguments, amount, payer, tuple(witness.values()), signature)
        return UPTO_PROXY, self.upto.settle.prepare_calldata(*arguments)
