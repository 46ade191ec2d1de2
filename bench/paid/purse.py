"""Somebody's money in the hands of PyPI's x402 client, which knows nothing of us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_account import Account as EthAccount
from x402 import x402ClientSync
from x402.http import x402HTTPClientSync
from x402.http.utils import decode_payment_required_header
from x402.mechanisms.evm.batch_settlement.client import BatchSettlementEvmScheme
from x402.mechanisms.evm.batch_settlement.client.config import (
    BatchSettlementDepositStrategyContext,
    BatchSettlementEvmSchemeOptions,
)
from x402.mechanisms.evm.upto.client import UptoEvmScheme
from x402.schemas import PaymentRequired

from assay.engines.chain.local import CHAIN_ID
from assay.services.payments.channel.config import domain
from assay.services.payments.channel.voucher import Voucher, digest
from paid.caller import Answer
from paid.town import Person

_DEPOSIT_FOR = 500
"""Calls: no call of a run but the first is to wait for the chain."""


class Purse:
    """Pays by one scheme: ``upto`` or ``batch-settlement``."""

    def __init__(self, person: Person, scheme: str) -> None:
        self._scheme = scheme
        self._account = person.account
        client = x402ClientSync().set_spend_controls(False)
        wallet = EthAccount.from_key(person.key)
        client.register("eip155:*", UptoEvmScheme(wallet))
        options = BatchSettlementEvmSchemeOptions(deposit_strategy=_deposit)
        client.register("eip155:*", BatchSettlementEvmScheme(wallet, options))
        self._client = x402HTTPClientSync(client)

    def sign(self, refusal: Answer) -> tuple[Any, Mapping[str, str]]:
        """A payment as a 402 asks for it, and the headers that carry it."""
        required = decode_payment_required_header(refusal.headers["payment-required"])
        assert isinstance(required, PaymentRequired)
        accepts = [each for each in required.accepts if each.scheme == self._scheme]
        payment = self._client.create_payment_payload(required.model_copy(update={"accepts": accepts}))
        return payment, self._client.encode_payment_signature_header(payment)

    def sign_ahead(self, payment: Any, charge: int, count: int) -> list[tuple[Any, Mapping[str, str]]]:
        """So many payments over a channel after ``payment``, a voucher, for calls that come to ``charge`` each.

        The client signs for longer than the node answers, and whoever is asked seldom is slower, so that calls which
        are paid one by one cannot be compared with such as follow each other.
        """
        last, contract = Voucher.from_json(payment.payload["voucher"]), domain(CHAIN_ID)
        payments: list[tuple[Any, Mapping[str, str]]] = []
        for number in range(1, count + 1):
            maximum = last.maximum + number * charge
            signature = self._account.sign_digest(digest(contract, last.channel, maximum))
            voucher = Voucher(last.channel, maximum, signature).to_json()
            later = payment.model_copy(update={"payload": {**payment.payload, "voucher": voucher}})
            payments.append((later, self._client.encode_payment_signature_header(later)))
        return payments

    def take(self, payment: Any, answer: Answer) -> None:
        """What an answer says became of the payment, for the next one to go on from."""
        self._client.process_payment_result(
            payment, lambda name: answer.headers.get(name.lower()), answer.status
        )


def _deposit(context: BatchSettlementDepositStrategyContext) -> str:
    """The client's own way is to deposit what the node asks for at least, again and again."""
    return str(_DEPOSIT_FOR * int(context.request_amount))
