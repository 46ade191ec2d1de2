"""A gate on the tests' chain, with the network's contracts on it, and payers whose stock x402 client pays there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount
from x402 import x402Client
from x402.http.utils import decode_payment_required_header, encode_payment_signature_header
from x402.mechanisms.evm.exact.client import ExactEvmScheme
from x402.mechanisms.evm.upto.client import UptoEvmScheme
from x402.schemas import PaymentPayload, PaymentRequired

from assay.apps.network.contracts import bring_home
from assay.apps.network.home import Home
from assay.apps.network.node import utc_now
from assay.apps.network.placing import place
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.services.payments.accounts.rail import AccountRail
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.till import Till
from assay.services.payments.x402.binding import AmountBinding
from assay.services.payments.x402.exact_by_eip3009 import ExactByEip3009
from assay.services.payments.x402.exact_by_permit2 import ExactByPermit2
from assay.services.payments.x402.exchange import Exchange
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.market import Market
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.upto import Upto
from assay.trust.metering import PaymentError, Purchase
from assay.trust.receipts.rate import UNITS, Rate

PAYEE = EthAccount.from_key(bytes([9]) * 32).address
BODY = b'{"model":"model","messages":[]}'
ETHER = 10**18


@dataclass(frozen=True, slots=True)
class Town:
    """The chain with its contracts, and the account that owns them."""

    chain: Chain
    sender: Sender
    deployments: Deployments

    @property
    def token(self) -> OPG:
        return self.deployments.at(OPG)


@pytest.fixture(scope="session")
def town_home(chain_url: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("town"))
    home.create()
    asyncio.run(place(home, chain_url, bring_home))
    return home


@pytest.fixture
async def town(chain_url: str, town_home: Home) -> AsyncIterator[Town]:
    account = Account.open(town_home.chain_key)
    async with connect(chain_url, chain_id=CHAIN_ID) as chain:
        with closing(Nonces.open(town_home.nonces, chain.genesis, account.address)) as nonces:
            deployments = Deployments.load(town_home.deployments(CHAIN_ID))
            yield Town(chain, Sender(chain, account, nonces), deployments)


@dataclass
class Payer:
    """Somebody with OPG, and PyPI's x402 client."""

    wallet: LocalAccount
    town: Town
    extensions: dict[str, Any] = field(default_factory=dict)

    async def transact(self, call: Any) -> None:
        account, chain = Account(bytes(self.wallet.key)), self.town.chain
        nonces = Nonces.open(Path(os.environ["PAYERS_NONCES"]), chain.genesis, account.address)
        with closing(nonces):
            await Sender(chain, account, nonces).transact(call)

    async def sign(self, required: PaymentRequired, scheme: str, method: str) -> PaymentPayload:
        """What the stock client signs of the one way to pay."""
        client = x402Client().set_spend_controls(False)
        client.register("eip155:*", UptoEvmScheme(self.wallet))
        client.register("eip155:*", ExactEvmScheme(self.wallet))
        wanted = [
            each
            for each in required.accepts
            if (each.scheme, each.extra["assetTransferMethod"]) == (scheme, method)
        ]
        payload = await client.create_payment_payload(required.model_copy(update={"accepts": wanted}))
        assert isinstance(payload, PaymentPayload)
        return payload.model_copy(update={"extensions": self.extensions or None})


@pytest.fixture
def make_payer(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Awaitable[Payer]]:
    monkeypatch.setenv("PAYERS_NONCES", str(tmp_path / "nonces.sqlite"))

    async def make(opg: int = 1000 * UNITS, approved: int = 2**256 - 1) -> Payer:
        payer = Payer(EthAccount.create(), town)
        await town.chain.rpc.call("anvil_setBalance", payer.wallet.address, hex(ETHER))
        await town.sender.transact(town.token.transfer(payer.wallet.address, opg))
        if approved:
            await payer.transact(town.token.approve(PERMIT2, approved))
        return payer

    return make


@pytest.fixture
async def payer(make_payer: Callable[..., Awaitable[Payer]]) -> Payer:
    """Somebody who has OPG enough, and has approved Permit2."""
    return await make_payer()


class Clock:
    """Goes as the world's, from where a test has set it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(town: Town, clock: Clock) -> Market:
    facilitator = town.deployments.at(Facilitator).address
    terms = Terms(CHAIN_ID, town.token.address, PAYEE, facilitator)
    exchange = Exchange(Rate(terms.asset, 100_000, "the tests"))
    return Market(terms, exchange, AmountBinding(bytes(32)), Holdings(town.chain, town.token.address), clock)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[SqliteBooks]:
    books = SqliteBooks(tmp_path / "payments.sqlite")
    yield books
    await books.aclose()


@pytest.fixture
def gate(market: Market, books: SqliteBooks) -> Gate:
    return open_gate(market, books)


def open_gate(market: Market, books: SqliteBooks) -> Gate:
    """With every rail, in the order in which a node asks."""
    return Gate([Upto(market), ExactByPermit2(market), ExactByEip3009(market)], books)


@pytest.fixture
def till(gate: Gate, tmp_path: Path) -> Till:
    return Till(AccountRail(SqliteLedger(tmp_path / "ledger.sqlite"), bytes(32), utc_now), gate)


def purchase(
    *,
    headers: dict[str, str] | None = None,
    body: bytes = BODY,
    target: str = "/v1/chat/completions",
    maximum: int = 1000,
    credential: str = "",
) -> Purchase:
    return Purchase(credential, "POST", target, {"host": "node", **(headers or {})}, body, "model", maximum)


async def asked(till: Till, what: Purchase | None = None) -> PaymentRequired:
    """What a gate asks for, as a client reads it."""
    with pytest.raises(PaymentError) as refusal:
        await till.reserve(what or purchase())
    return demanded(refusal.value)


def demanded(refusal: PaymentError) -> PaymentRequired:
    header = dict(refusal.headers)[b"payment-required"].decode()
    required = decode_payment_required_header(header)
    assert isinstance(required, PaymentRequired)
    return required


def paid(payload: PaymentPayload, **what: Any) -> Purchase:
    """A purchase that comes with a payment."""
    return purchase(headers={"payment-signature": encode_payment_signature_header(payload)}, **what)


async def refused(till: Till, what: Purchase) -> PaymentError:
    """Why a purchase is refused."""
    with pytest.raises(PaymentError) as refusal:
        await till.reserve(what)
    return refusal.value


def reason(refusal: PaymentError) -> str:
    """What x402 calls it, in the header."""
    error = demanded(refusal).error
    assert error is not None
    return error
