"""Signs what a demand asks for: a transfer of at most so much, to one payee, for one request.

The nonce is a hash of the request (`assay.services.payments.x402.binding`), so that what is signed says what it is for.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from x402.schemas import PaymentPayload, ResourceInfo

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.demand import EXACT, UPTO, Demand
from assay.engines.chain.account import Account
from assay.engines.chain.canonical import X402_EXACT_PROXY, X402_UPTO_PROXY
from assay.engines.chain.wire import to_data
from assay.engines.wallets.mandate import Mandate
from assay.services.payments.x402 import permit2
from assay.services.payments.x402.binding import request_nonce
from assay.services.payments.x402.eip3009 import AuthorizedTransfer
from assay.services.payments.x402.permit2 import PermitTransfer
from assay.services.payments.x402.wire import BUDGET_EXTENSION, REQUEST_EXTENSION

LONGEST_S = 3600
"""For longer than this nothing is signed, whatever a gateway asks."""
SALT_BYTES = 32
_ALWAYS = 0
"""``validAfter`` of what is good from now on, by whichever clock."""
_SPENDERS = {UPTO: X402_UPTO_PROXY, EXACT: X402_EXACT_PROXY}


@dataclass(frozen=True, slots=True)
class Signature:
    """A payment ready to be sent."""

    header: str
    """Value of ``PAYMENT-SIGNATURE``."""
    keys: frozenset[bytes]
    """The names by which the receipt can know it."""


def sign(demand: Demand, asked: Asked, signer: Account, mandate: Mandate, salt: bytes, now: int) -> Signature:
    """Sign a transfer of exactly what is demanded. ``salt``: `SALT_BYTES` random bytes; ``now``: Unix seconds."""
    nonce = request_nonce(asked.method, asked.url, hashlib.sha256(asked.body).digest(), salt)
    until = now + min(demand.seconds, LONGEST_S)
    signed = _permit if demand.method == permit2.METHOD else _authorize
    transfer = signed(demand, signer, nonce, until)
    says = {REQUEST_EXTENSION: {"info": {"salt": to_data(salt)}}}
    header = seal(demand, asked, transfer.to_json(), mandate, says)
    return Signature(header, frozenset({transfer.key(demand.terms)}))


def seal(
    demand: Demand, asked: Asked, payload: dict[str, Any], mandate: Mandate, says: Mapping[str, Any]
) -> str:
    """The header of a payment. It shows the ``mandate`` that allows it, to which the node holds us too.

    ``payload``: the scheme's own part. ``says``: further extensions.
    """
    payment = PaymentPayload(
        resource=ResourceInfo(url=asked.url),
        accepted=demand.accepted,
        payload=payload,
        extensions={**says, BUDGET_EXTENSION: {"info": {"budgets": mandate.to_json()}}},
    )
    return base64.b64encode(payment.model_dump_json(by_alias=True, exclude_none=True).encode()).decode()


def _permit(demand: Demand, signer: Account, nonce: bytes, until: int) -> PermitTransfer:
    terms = demand.terms
    transfer = PermitTransfer(
        payer=signer.address,
        token=terms.token,
        amount=demand.amount,
        spender=_SPENDERS[demand.scheme],
        nonce=int.from_bytes(nonce),
        deadline=until,
        payee=terms.payee,
        valid_after=_ALWAYS,
        facilitator=terms.facilitator if demand.scheme == UPTO else None,
        signature=b"",
    )
    return replace(transfer, signature=signer.sign_digest(transfer.digest(terms)))


def _authorize(demand: Demand, signer: Account, nonce: bytes, until: int) -> AuthorizedTransfer:
    terms = demand.terms
    transfer = AuthorizedTransfer(
        payer=signer.address,
        payee=terms.payee,
        amount=demand.amount,
        valid_after=_ALWAYS,
        valid_before=until,
        nonce=nonce,
        signature=b"",
    )
    return replace(transfer, signature=signer.sign_digest(transfer.digest(terms)))
