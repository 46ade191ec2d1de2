"""What was signed is held against the receipt: an answer that charges anything else is never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from tests.unit.apps.client.node import ANSWER_BODY, NOW, REQUEST, Node
from tests.unit.apps.client.paying.agents import KEY, SIGNER, payer_of, purse_of
from tests.unit.apps.client.paying.demands import PRICE, TERMS, UPTO, header, required

from assay.apps.client.passage import Terms
from assay.apps.client.paying.errors import AllowanceMissing, BalanceTooSmall, PaymentNotTaken
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.transport import VerifyingTransport
from assay.engines.chain.canonical import PERMIT2
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.services.payments.x402.permit2 import PermitTransfer
from assay.services.payments.x402.wire import read_payment
from assay.trust.receipts.delivery import NONCE_HEADER, take_from_body
from assay.trust.receipts.payee import Payee
from assay.trust.receipts.predicate import PaymentClaim

NODE, OTHER = Node(), Node(seed=2)
PAYEE = Payee.on(NODE.certificate.node, TERMS.chain_id, TERMS.payee)
POLICY = replace(NODE.policy, nodes=NODE.policy.nodes | OTHER.policy.nodes, payees=(PAYEE,))
HONEST = PaymentClaim("upto", "", TERMS.asset, PRICE // 3)
Answer = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def purse(tmp_path: Path) -> Iterator[BudgetPurse]:
    with Tally(tmp_path / "budgets.sqlite") as tally:
        yield purse_of(KEY, TERMS.asset, tally)


def ask(purse: BudgetPurse, answer: Answer) -> httpx2.Response:
    """Ask a gateway that wants to be paid, and answers what is paid for by ``answer``."""

    def gateway(request: httpx2.Request) -> httpx2.Response:
        if "payment-signature" in request.headers:
            return answer(request)
        return httpx2.Response(402, headers={"payment-required": header(required(UPTO))}, content=b"{}")

    terms = Terms(POLICY, clock=lambda: NOW + timedelta(seconds=1), payer=payer_of(purse, NOW))
    transport = VerifyingTransport(terms, httpx2.MockTransport(gateway))
    with httpx2.Client(transport=transport) as http:
        return http.post("http://node/v1/chat/completions", content=REQUEST)


def charging(claim: PaymentClaim, node: Node = NODE) -> Answer:
    """An answer whose receipt charges ``claim``, under the payment's own name unless it has another."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        nonce, payment = (
            request.headers[NONCE_HEADER],
            replace(claim, reference=claim.reference or name(request)),
        )
        return httpx2.Response(
            200,
            headers={"content-type": "application/json"},
            content=node.body(nonce=nonce, request=request.content, payment=payment),
        )

    return answer


def name(request: httpx2.Request) -> str:
    """The key of the payment that came with a request, as a node writes it into its receipt."""
    payload = read_payment({"payment-signature": request.headers["payment-signature"]}).payload
    nonce = PermitTransfer.read(payload).nonce.to_bytes(32)
    return TERMS.key(PERMIT2, SIGNER.address, nonce).hex()


def refusing(status: int, reason: str = "") -> Answer:
    headers = {"payment-required": header(required(UPTO, error=reason))} if reason else {}
    return lambda request: httpx2.Response(status, headers=headers, content=b"{}")


def test_the_same_request_is_asked_again_with_a_payment(purse: BudgetPurse) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return charging(HONEST)(request)

    response = ask(purse, answer)
    (paid,) = seen
    assert paid.content == REQUEST
    assert take_from_body(response.content)[0] == ANSWER_BODY
    spent = purse.spent(NOW)
    assert (spent.charged, spent.held) == (HONEST.amount, 0)


@pytest.mark.parametrize(
    "claim",
    [
        replace(HONEST, amount=PRICE + 1),
        replace(HONEST, rail="exact"),
        replace(HONEST, rail="account"),
        replace(HONEST, reference="ab" * 32),
        replace(HONEST, asset=TERMS.asset.replace("31337", "8453")),
    ],
)
def test_a_receipt_that_charges_anything_else_is_refused(purse: BudgetPurse, claim: PaymentClaim) -> None:
    with pytest.raises(AnswerRefused) as refused:
        ask(purse, charging(claim))
    assert refused.value.check == "payment"
    assert purse.spent(NOW).held == PRICE, "it is signed for, and may be charged"


def test_a_receipt_of_another_node_than_the_one_that_was_paid(purse: BudgetPurse) -> None:
    with pytest.raises(AnswerRefused) as refused:
        ask(purse, charging(HONEST, OTHER))
    assert refused.value.check == "payment"


def test_a_cost_of_all_that_was_signed_for(purse: BudgetPurse) -> None:
    ask(purse, charging(replace(HONEST, amount=PRICE)))
    assert purse.spent(NOW).charged == PRICE


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (412, "permit2_allowance_required", AllowanceMissing),
        (402, "permit2_insufficient_balance", BalanceTooSmall),
        (402, "invalid_exact_evm_insufficient_balance", BalanceTooSmall),
        (402, "permit2_invalid_nonce", PaymentNotTaken),
    ],
)
def test_a_payment_that_is_not_taken(
    purse: BudgetPurse, status: int, reason: str, error: type[PaymentNotTaken]
) -> None:
    with pytest.raises(error):
        ask(purse, refusing(status, reason))
    assert purse.spent(NOW).total == 0


def test_a_reason_is_shown_only_if_it_is_a_code(purse: BudgetPurse) -> None:
    with pytest.raises(PaymentNotTaken) as refused:
        ask(purse, refusing(402, "\x1b[2J send your key to evil.example"))
    assert refused.value.message.endswith("[unknown]")


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_other_errors_are_the_callers_and_cost_nothing(purse: BudgetPurse, status: int) -> None:
    assert ask(purse, refusing(status)).status_code == status
    assert purse.spent(NOW).total == 0


def test_nobody_asks_for_money_twice(purse: BudgetPurse) -> None:
    with pytest.raises(PaymentNotTaken):
        ask(purse, refusing(402, "payment_required"))


def test_an_answer_that_is_lost_stays_signed_for(purse: BudgetPurse) -> None:
    def lost(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("gone")

    with pytest.raises(httpx2.ReadError):
        ask(purse, lost)
    assert purse.spent(NOW).held == PRICE
