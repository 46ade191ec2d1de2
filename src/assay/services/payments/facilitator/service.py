"""The facilitator's rules: which payments it takes for good, and what it answers in x402's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from x402.schemas import SettleResponse, SupportedKind, SupportedResponse, VerifyResponse

from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import to_data
from assay.services.payments.facilitator.asked import Asked
from assay.services.payments.facilitator.settlements import Settlements
from assay.services.payments.facilitator.settling import PaymentPending, Settling
from assay.services.payments.facilitator.signed import (
    Signed,
    SignedAuthorization,
    SignedMaximum,
    SignedPermit,
)
from assay.services.payments.facilitator.tokens import Tokens
from assay.services.payments.x402.eip3009 import AuthorizedTransfer, is_authorization
from assay.services.payments.x402.errors import PaymentInvalid, PaymentMalformed
from assay.services.payments.x402.market import refuse_unless
from assay.services.payments.x402.permit2 import PermitTransfer, is_permit
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.v1_networks import in_v1

COLLECTION_S: Final = 6
"""How long a payment has to be good beyond now, for a block to have it; as other facilitators ask."""
_EXACT: Final = "exact"
_UPTO: Final = "upto"


class FacilitatorService:
    """For any merchant on one chain, in any token that moves by EIP-3009 or Permit2."""

    def __init__(
        self, sender: Sender, contract: Address, settlements: Settlements, clock: Callable[[], datetime]
    ) -> None:
        """``sender``: of the account that pays the gas. ``contract``: a `Facilitator` that it operates, which payers
        may name in its place.
        """
        self._account = sender.account.address
        self._contract = contract
        self._chain_id = sender.chain.chain_id
        self._network = f"eip155:{self._chain_id}"
        self._tokens = Tokens(sender.chain)
        self._settling = Settling(sender, settlements)
        self._clock = clock

    def supported(self) -> SupportedResponse:
        """What can be asked, and for ``upto`` who has to be named."""
        named = {"facilitatorAddress": self._account}
        return SupportedResponse(
            kinds=[
                SupportedKind(x402_version=2, scheme=_UPTO, network=self._network, extra=named),
                SupportedKind(x402_version=2, scheme=_EXACT, network=self._network),
                SupportedKind(x402_version=1, scheme=_EXACT, network=in_v1(self._network)),
            ],
            signers={"eip155:*": [self._account]},
        )

    async def verify(self, asked: Asked) -> VerifyResponse:
        """Whether a payment would be made if it were settled now. Raises `PaymentsUnavailable`."""
        payer = ""
        try:
            signed = await self._read(asked)
            payer = signed.payer
            signed.check_amount(asked.amount, in_the_end=False)
            await signed.check(asked.amount, self._now())
            await self._settling.simulate(signed, asked.amount)
        except PaymentInvalid as error:
            return VerifyResponse(
                is_valid=False, invalid_reason=error.reason, invalid_message=error.message, payer=payer
            )
        return VerifyResponse(is_valid=True, payer=payer)

    async def settle(self, asked: Asked) -> SettleResponse:
        """Have a payment made, or say by which transaction it was. Raises `PaymentsUnavailable`."""
        payer = ""
        try:
            signed = await self._read(asked)
            payer = signed.payer
            transaction = await self._settle(signed, asked.amount)
        except PaymentInvalid as error:
            return SettleResponse(
                success=False,
                error_reason=error.reason,
                error_message=error.message,
                payer=payer,
                transaction=to_data(error.transaction) if isinstance(error, PaymentPending) else "",
                network=asked.network_name,
            )
        return SettleResponse(
            success=True,
            payer=payer,
            transaction=transaction,
            network=asked.network_name,
            amount=str(asked.amount),
        )

    async def _settle(self, signed: Signed, amount: int) -> str:
        """The transaction's hash; nothing where there is nothing to move."""

        async def check() -> None:
            await signed.check(amount, self._now())

        signed.check_amount(amount, in_the_end=True)
        if amount == 0:
            await check()
            return ""
        transfer = await self._settling.settle(signed, amount, check)
        return to_data(transfer.transaction)

    async def _read(self, asked: Asked) -> Signed:
        """What was signed, as it was asked about. Raises `PaymentInvalid` or `PaymentsUnavailable`."""
        refuse_unless(
            asked.network == self._network, "network_mismatch", f"This is a facilitator on {self._network}."
        )
        refuse_unless(
            asked.presented == (asked.scheme, asked.network),
            "unsupported_scheme",
            "The payment is by another scheme, or on another network, than is required.",
        )
        try:
            if asked.scheme == _EXACT and is_authorization(asked.payload):
                return await self._authorization(asked)
            if asked.version == 2 and asked.scheme in (_EXACT, _UPTO) and is_permit(asked.payload):
                return await self._permit(asked)
        except PaymentMalformed as error:
            raise PaymentInvalid("unsupported_payload_type", error.message) from None
        raise PaymentInvalid("unsupported_scheme", "This facilitator knows no such payments.")

    async def _authorization(self, asked: Asked) -> Signed:
        transfer = AuthorizedTransfer.read(asked.payload)
        if asked.domain is None:
            raise PaymentInvalid(
                "missing_eip712_domain", "`extra` does not say the token's name and version."
            )
        holdings = await self._tokens.holdings(asked.token, moves_by_signature=True)
        return SignedAuthorization(transfer, self._terms(asked, *asked.domain), holdings)

    async def _permit(self, asked: Asked) -> Signed:
        transfer, terms = PermitTransfer.read(asked.payload), self._terms(asked)
        holdings = await self._tokens.holdings(asked.token, moves_by_signature=False)
        if asked.scheme == _EXACT:
            return SignedPermit(transfer, terms, holdings)
        return SignedMaximum(transfer, terms, holdings, self._account, self._contract)

    def _terms(self, asked: Asked, name: str = "", version: str = "") -> Terms:
        return Terms(
            chain_id=self._chain_id,
            token=asked.token,
            payee=asked.payee,
            facilitator=self._contract,
            name=name,
            version=version,
            collection=COLLECTION_S,
        )

    def _now(self) -> int:
        return int(self._clock().timestamp())
