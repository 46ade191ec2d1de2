"""Tokens of other people: whether something is one at all, before anything is believed of what it says."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import CallReverted, ChainGarbage
from assay.engines.chain.library import Address
from assay.services.payments.x402.errors import PaymentInvalid
from assay.services.payments.x402.holdings import Holdings, asking

_MOST: Final = 256
"""Tokens that are remembered."""


class Tokens:
    """Looks at each token once, and then at what payers have of it."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._known: OrderedDict[tuple[Address, bool], Holdings] = OrderedDict()

    async def holdings(self, token: Address, *, moves_by_signature: bool) -> Holdings:
        """What payers have of a token of ERC-20, and of EIP-3009 if it ``moves_by_signature``.

        Raises `PaymentInvalid` for what is none, and `PaymentsUnavailable`.
        """
        known = self._known.get((token, moves_by_signature))
        if known is None:
            await self._look(token, moves_by_signature)
            known = Holdings(self._chain, token)
            self._known[token, moves_by_signature] = known
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return known

    async def _look(self, token: Address, moves_by_signature: bool) -> None:
        """Ask about somebody who has none of it: a token answers."""
        contract = OPG(token)
        if not await self._answers(contract.balanceOf(PERMIT2)):
            raise PaymentInvalid("asset_not_deployed_contract", f"There is no token at {token}.")
        if moves_by_signature and not await self._answers(contract.authorizationState(PERMIT2, bytes(32))):
            raise PaymentInvalid(
                "invalid_exact_evm_eip3009_not_supported", f"The token {token} does not know EIP-3009."
            )

    async def _answers(self, call: Call[Any]) -> bool:
        with asking():
            try:
                await self._chain.read(call)
            except (CallReverted, ChainGarbage):
                return False
        return True
