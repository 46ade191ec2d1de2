"""A node holds agents to their budgets, whatever their programs do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.payments.conftest import Payer, asked, demanded, paid, purchase, reason, refused
from tests.integration.payments.test_paid_calls import ANSWER, PATH, QUESTION, node, statement_in, unpaid
from tests.unit.engines.inference.peer import peer
from x402 import x402Client
from x402.http import x402HTTPClient
from x402.http.utils import decode_payment_required_header

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.wallets.mandate import Mandate, Revocation, SignedBudget
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.mandates import Mandates
from assay.services.payments.till import Till
from assay.services.payments.x402.exact_by_permit2 import ExactByPermit2
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market
from assay.services.payments.x402.upto import Upto
from assay.trust.payments.budget import Budget

OWNER = Account(bytes([7]) * 32)
PER_CALL = 20_000_000_000_000_000
"""Of the smallest units: what a call of 2,000 micro-USD comes to, at ten cents for an OPG."""


@pytest.fixture
def mandates(tmp_path: Path, clock: Any) -> Iterator[Mandates]:
    mandates = Mandates(tmp_path / "mandates.sqlite", clock)
    yield mandates
    mandates.close()


@pytest.fixture
def gate(market: Market, books: SqliteBooks, mandates: Mandates) -> Gate:
    return Gate([Upto(market), ExactByPermit2(market)], books, mandates)


def granted(payer: Payer, market: Market, **narrower: Any) -> Mandate:
    """A budget of somebody's for the payer's own account."""
    terms: dict[str, Any] = {
        "owner": OWNER.address.lower(),
        "agent_key": payer.wallet.address.lower(),
        "asset": market.terms.asset.lower(),
        "total": 3 * PER_CALL,
        "per_call": PER_CALL,
        "per_day": 3 * PER_CALL,
        "models": ("model",),
        "hosts": ("node",),
        "expiry": market.now() + 3600,
        "salt": "ab" * 32,
    }
    return Mandate.verify([SignedBudget.grant(Budget(**terms | narrower), OWNER)])


def show(payer: Payer, mandate: Mandate) -> None:
    payer.extensions = {"assay-budget": {"info": {"budgets": mandate.to_json()}}}


async def test_within_the_budget(till: Till, payer: Payer, market: Market, mandates: Mandates) -> None:
    mandate = granted(payer, market)
    show(payer, mandate)
    reservation = await till.reserve(paid(await payer.sign(await asked(till), "upto", "permit2")))
    known = mandates.spent(mandate.id)
    assert known is not None
    assert known[1].held > 0
    amount = reservation.claim(400, capped=False).amount
    reservation.commit(400, 0)
    known = mandates.spent(mandate.id)
    assert known is not None
    assert (known[1].charged, known[1].held) == (amount, 0)


async def test_a_call_that_may_come_to_more(
    till: Till, payer: Payer, market: Market, mandates: Mandates
) -> None:
    show(payer, granted(payer, market))
    dear = purchase(maximum=3000)
    payload = await payer.sign(await asked(till, dear), "upto", "permit2")
    refusal = await refused(till, paid(payload, maximum=3000))
    assert reason(refusal) == "budget_per_call_exceeded"
    (demand, *_) = (each for each in demanded(refusal).accepts if each.scheme == "upto")
    assert demand.extra["budget"] == {"left": str(PER_CALL)}


async def test_a_stranger_binds_nobody(till: Till, payer: Payer, market: Market) -> None:
    """Who alters one request can show a budget with it, but not for the next one."""
    show(payer, granted(payer, market))
    (await till.reserve(paid(await payer.sign(await asked(till), "upto", "permit2")))).release()
    payer.extensions = {}
    dear = purchase(maximum=3000)
    payload = await payer.sign(await asked(till, dear), "exact", "permit2")
    (await till.reserve(paid(payload, maximum=3000))).release()


async def test_a_node_that_was_killed_gives_the_budget_back(
    till: Till, gate: Gate, payer: Payer, market: Market, mandates: Mandates
) -> None:
    mandate = granted(payer, market)
    show(payer, mandate)
    charged = await till.reserve(paid(await payer.sign(await asked(till), "upto", "permit2")))
    claim = charged.claim(400, capped=False)
    another = purchase(body=b'{"model":"model","messages":[1]}')
    lost = await payer.sign(await asked(till, another), "upto", "permit2")
    await till.reserve(paid(lost, body=another.body))
    assert reason(await refused(till, paid(lost, body=another.body))) == "payment_already_used"
    await gate.reconcile([(0, claim, 400)])
    known = mandates.spent(mandate.id)
    assert known is not None
    assert (known[1].charged, known[1].held) == (claim.amount, 0)


@pytest.mark.parametrize(
    ("narrower", "code"),
    [
        ({"models": ("another",)}, "budget_model_refused"),
        ({"hosts": ("elsewhere",)}, "budget_host_refused"),
        ({"expiry": 1}, "budget_expired"),
        ({"per_day": 1}, "budget_per_day_exceeded"),
        ({"total": 1}, "budget_total_exceeded"),
        ({"agent_key": "0x" + "11" * 20}, "budget_unproven"),
        ({"asset": "eip155:1/erc20:0x" + "11" * 20}, "budget_unproven"),
    ],
)
async def test_what_a_budget_is_not_for(
    till: Till, payer: Payer, market: Market, books: SqliteBooks, narrower: dict[str, Any], code: str
) -> None:
    show(payer, granted(payer, market, **narrower))
    payload = await payer.sign(await asked(till), "upto", "permit2")
    assert reason(await refused(till, paid(payload))) == code
    assert (await books.tally(market.terms.source(payer.wallet.address))).reserved == 0


async def test_taken_back(till: Till, payer: Payer, market: Market, mandates: Mandates) -> None:
    mandate = granted(payer, market)
    show(payer, mandate)
    mandates.revoke(Revocation.issue(mandate.id, OWNER), mandate.to_json())
    payload = await payer.sign(await asked(till), "upto", "permit2")
    assert reason(await refused(till, paid(payload))) == "budget_revoked"


async def test_a_payment_that_is_refused_leaves_the_budget_as_it_was(
    till: Till, payer: Payer, market: Market, mandates: Mandates
) -> None:
    mandate = granted(payer, market)
    show(payer, mandate)
    payload = await payer.sign(await asked(till), "upto", "permit2")
    (await till.reserve(paid(payload))).release()
    assert reason(await refused(till, paid(payload))) == "payment_already_used"
    known = mandates.spent(mandate.id)
    assert known is not None
    assert known[1].total == 0


async def test_what_is_left_can_be_asked(
    tmp_path: Path, town_home: Home, chain_url: str, payer: Payer, market: Market
) -> None:
    body = orjson.dumps(QUESTION)
    async with (
        peer(ANSWER) as provider,
        node(tmp_path / "node", town_home, chain_url, provider) as running,
        unpaid(running) as client,
    ):
        required = decode_payment_required_header(
            (await client.post(PATH, content=body)).headers["payment-required"]
        )
        mandate = granted(payer, market, models=("mine",))
        show(payer, mandate)
        headers = x402HTTPClient(x402Client()).encode_payment_signature_header(
            await payer.sign(required, "upto", "permit2")
        )
        paid_for = await client.post(PATH, content=body, headers=headers)
        assert paid_for.status_code == 200, paid_for.text
        told = await client.get("/v1/budget", headers={"assay-budget": mandate.id})
        unknown = await client.get("/v1/budget", headers={"assay-budget": "ab" * 32})
        keyless = await client.get("/v1/budget")
    charged = statement_in(paid_for).payment.amount
    assert told.json() == {
        "asset": market.terms.asset.lower(),
        "id": mandate.id,
        "total": str(3 * PER_CALL),
        "left": str(3 * PER_CALL - charged),
        "left_today": str(3 * PER_CALL - charged),
        "next_call": str(PER_CALL),
        "expiry": mandate.budget.expiry,
        "revoked": False,
    }
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "budget_not_found")
    assert (keyless.status_code, keyless.json()["error"]["code"]) == (401, "invalid_api_key")
