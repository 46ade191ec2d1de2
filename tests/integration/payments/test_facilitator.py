"""A facilitator for merchants who are not us: what they are told, and that each payment is made once, come what may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account as EthAccount
from tests.integration.payments.conftest import Clock, Payer, Town
from x402.http import FacilitatorConfig, HTTPFacilitatorClient
from x402.schemas import PaymentPayload, PaymentRequired, PaymentRequirements, ResourceInfo, SettleResponse

from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import ChainUnreachable
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.engines.storage.sqlite_tables import SqliteTables
from assay.services.payments.facilitator.app import FacilitatorApp
from assay.services.payments.facilitator.pace import Pace
from assay.services.payments.facilitator.service import FacilitatorService
from assay.services.payments.facilitator.settlements import SCHEMA, Settlements
from assay.services.payments.x402.eip3009 import AuthorizedTransfer
from assay.services.payments.x402.permit2 import PermitTransfer, is_permit
from assay.services.payments.x402.terms import Terms
from assay.trust.receipts.rate import UNITS

ETHER = 10**18
URL = "http://facilitator"
WAYS = [("exact", "eip3009"), ("exact", "permit2"), ("upto", "permit2")]
ways = pytest.mark.parametrize(("scheme", "method"), WAYS, ids=["/".join(way) for way in WAYS])
AMOUNT = 3 * UNITS


@asynccontextmanager
async def asking(service: FacilitatorService, **paces: Pace) -> AsyncIterator[httpx.AsyncClient]:
    """Asks over HTTP, in the test's own process."""
    transport = httpx.ASGITransport(FacilitatorApp(service, **paces))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
        yield http


@dataclass
class Office:
    """A facilitator, and the merchant who asks it by the stock client."""

    town: Town
    http: httpx.AsyncClient
    account: Account
    nonces: Nonces
    settlements: Settlements
    clock: Clock
    merchant: str = field(default_factory=lambda: EthAccount.create().address)

    @property
    def client(self) -> HTTPFacilitatorClient:
        return client_of(self.http)

    def open(self, **options: Any) -> FacilitatorService:
        """Another one with the same account and table, as after a crash."""
        sender = Sender(self.town.chain, self.account, self.nonces, **options)
        contract = self.town.deployments.at(Facilitator).address
        return FacilitatorService(sender, contract, self.settlements, self.clock)

    def required(self, scheme: str, method: str, **changes: Any) -> PaymentRequirements:
        extra = {"name": "OPG", "version": "1", "assetTransferMethod": method}
        if scheme == "upto":
            extra["facilitatorAddress"] = changes.pop("facilitator", self.account.address)
        requirements = PaymentRequirements(
            scheme=scheme,
            network=f"eip155:{CHAIN_ID}",
            asset=self.town.token.address,
            amount=str(AMOUNT),
            pay_to=self.merchant,
            max_timeout_seconds=300,
            extra=extra,
        )
        return requirements.model_copy(update=changes)

    async def sign(self, payer: Payer, requirements: PaymentRequirements) -> PaymentPayload:
        asked = PaymentRequired(resource=ResourceInfo(url="http://shop/tea"), accepts=[requirements])
        return await payer.sign(asked, requirements.scheme, requirements.extra["assetTransferMethod"])

    async def income(self) -> int:
        return await self.town.chain.read(self.town.token.balanceOf(self.merchant))

    async def transactions(self) -> int:
        """How many the facilitator has sent."""
        return await self.town.chain.transaction_count(self.account.address, waiting=False)


def client_of(http: httpx.AsyncClient) -> HTTPFacilitatorClient:
    return HTTPFacilitatorClient(FacilitatorConfig(url=URL, http_client=http))


@pytest.fixture
async def office(town: Town, clock: Clock, tmp_path: Path) -> AsyncIterator[Office]:
    account = Account(bytes(EthAccount.create().key))
    await town.chain.rpc.call("anvil_setBalance", account.address, hex(ETHER))
    await town.sender.transact(town.deployments.at(Facilitator).set_operator(account.address, True))
    settlements = Settlements(SqliteTables(tmp_path / "facilitated.sqlite", SCHEMA))
    with closing(Nonces.open(tmp_path / "own-nonces.sqlite", town.chain.genesis, account.address)) as nonces:
        office = Office(town, httpx.AsyncClient(), account, nonces, settlements, clock)
        async with asking(office.open()) as office.http:
            yield office
    await settlements.aclose()


async def bring(sender: Sender, payload: PaymentPayload, merchant: str, token: str) -> bytes:
    """Settle by `exact` what one has only seen; by which transaction."""
    if is_permit(payload.payload):
        call = PermitTransfer.read(payload.payload).exact()
    else:
        terms = Terms(CHAIN_ID, to_checksum_address(token), to_checksum_address(merchant), PERMIT2)
        call = AuthorizedTransfer.read(payload.payload).exact(terms)
    return (await sender.transact(call)).transaction


async def settle(
    office: Office, payload: PaymentPayload, requirements: PaymentRequirements
) -> SettleResponse:
    response: SettleResponse = await office.client.settle(payload, requirements)
    return response


@ways
async def test_a_payment_is_good_and_is_made(office: Office, payer: Payer, scheme: str, method: str) -> None:
    requirements = office.required(scheme, method)
    payload = await office.sign(payer, requirements)
    verified = await office.client.verify(payload, requirements)
    assert (verified.is_valid, verified.payer) == (True, payer.wallet.address)
    settled = await settle(office, payload, requirements)
    assert settled.success
    assert (settled.payer, settled.amount) == (payer.wallet.address, str(AMOUNT))
    assert settled.network == f"eip155:{CHAIN_ID}"
    (receipt,) = await office.town.chain.receipts([bytes.fromhex(settled.transaction[2:])])
    assert receipt.succeeded
    assert await office.income() == AMOUNT


@pytest.mark.parametrize("contract", [False, True], ids=["account", "contract"])
async def test_upto_moves_what_the_merchant_says(office: Office, payer: Payer, contract: bool) -> None:
    named = office.town.deployments.at(Facilitator).address if contract else office.account.address
    requirements = office.required("upto", "permit2", facilitator=named)
    payload = await office.sign(payer, requirements)
    assert (await office.client.verify(payload, requirements)).is_valid
    due = requirements.model_copy(update={"amount": "17"})
    settled = await settle(office, payload, due)
    assert (settled.success, settled.amount, await office.income()) == (True, "17", 17)


async def test_nothing_due_is_no_transaction(office: Office, payer: Payer) -> None:
    requirements = office.required("upto", "permit2")
    payload = await office.sign(payer, requirements)
    settled = await settle(office, payload, requirements.model_copy(update={"amount": "0"}))
    assert (settled.success, settled.transaction, settled.amount) == (True, "", "0")
    assert await office.transactions() == 0


async def test_more_than_was_signed_is_refused(office: Office, payer: Payer) -> None:
    requirements = office.required("upto", "permit2")
    payload = await office.sign(payer, requirements)
    more = requirements.model_copy(update={"amount": str(AMOUNT + 1)})
    settled = await settle(office, payload, more)
    assert settled.error_reason == "invalid_upto_evm_payload_settlement_exceeds_amount"
    assert (await office.client.verify(payload, more)).invalid_reason == "permit2_amount_mismatch"


@ways
async def test_twelve_at_once_are_one_transaction(
    office: Office, payer: Payer, scheme: str, method: str
) -> None:
    requirements = office.required(scheme, method)
    payload = await office.sign(payer, requirements)
    settled = await asyncio.gather(*(settle(office, payload, requirements) for _ in range(12)))
    assert {(each.success, each.transaction) for each in settled} == {(True, settled[0].transaction)}
    assert (await office.transactions(), await office.income()) == (1, AMOUNT)
    again = await settle(office, payload, requirements)
    assert again == settled[0]
    assert not (await office.client.verify(payload, requirements)).is_valid, "it is not good for another time"


async def test_a_settled_payment_is_none_to_somebody_else(office: Office, payer: Payer) -> None:
    requirements = office.required("upto", "permit2")
    payload = await office.sign(payer, requirements)
    assert (await settle(office, payload, requirements)).success
    other = requirements.model_copy(update={"pay_to": EthAccount.create().address})
    assert (await settle(office, payload, other)).error_reason == "permit2_invalid_nonce"
    less = requirements.model_copy(update={"amount": "1"})
    assert (await settle(office, payload, less)).error_reason == "permit2_invalid_nonce"


@pytest.mark.parametrize(("scheme", "method"), WAYS[:2], ids=["eip3009", "permit2"])
async def test_what_somebody_else_has_settled_is_settled(
    office: Office, payer: Payer, scheme: str, method: str
) -> None:
    """`exact` can be brought to the chain by anybody who sees it: paid is paid."""
    requirements = office.required(scheme, method)
    payload = await office.sign(payer, requirements)
    transaction = await bring(office.town.sender, payload, office.merchant, requirements.asset)
    settled = await settle(office, payload, requirements)
    assert (settled.success, settled.transaction) == (True, f"0x{transaction.hex()}")
    assert (await office.transactions(), await office.income()) == (0, AMOUNT)
    assert await settle(office, payload, requirements) == settled


async def test_a_cancelled_payment_is_not_paid_by_another_transfer(office: Office, payer: Payer) -> None:
    """The payer gives the merchant the same amount for something else, and takes back what it has signed."""
    requirements = office.required("exact", "permit2")
    payload = await office.sign(payer, requirements)
    await payer.transact(office.town.token.transfer(office.merchant, AMOUNT))
    nonce = PermitTransfer.read(payload.payload).nonce
    await payer.transact(Permit2(PERMIT2).invalidateUnorderedNonces(nonce >> 8, 1 << (nonce & 0xFF)))
    settled = await settle(office, payload, requirements)
    assert (settled.success, settled.error_reason) == (False, "permit2_invalid_nonce")
    assert await office.transactions() == 0


@ways
async def test_killed_between_sending_and_saying_so(
    office: Office, payer: Payer, scheme: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = office.required(scheme, method)
    payload = await office.sign(payer, requirements)

    async def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(office.settlements, "attempt", dies)
        with pytest.raises(KeyboardInterrupt):
            await settle(office, payload, requirements)
    async with asking(office.open()) as http:
        settled = await client_of(http).settle(payload, requirements)
    assert settled.success
    assert (await office.transactions(), await office.income()) == (1, AMOUNT)


async def test_a_block_that_does_not_come(office: Office, payer: Payer, town: Town) -> None:
    """Whoever asks again waits for the same transaction, or a dearer one in its place."""
    requirements = office.required("exact", "eip3009")
    payload = await office.sign(payer, requirements)
    async with asking(office.open(deadline=0.3)) as http:
        client = client_of(http)
        await town.chain.rpc.call("evm_setAutomine", False)
        try:
            pending = await client.settle(payload, requirements)
        finally:
            await town.chain.rpc.call("evm_setAutomine", True)
        assert (pending.success, pending.error_reason) == (False, "settlement_pending")
        assert pending.transaction
        await town.chain.rpc.call("evm_mine")
        settled = await client.settle(payload, requirements)
    assert settled.success
    assert (await office.transactions(), await office.income()) == (1, AMOUNT)


@ways
async def test_what_is_not_good(
    office: Office, payer: Payer, make_payer: Any, clock: Clock, scheme: str, method: str
) -> None:
    requirements = office.required(scheme, method)
    payload = await office.sign(payer, requirements)
    other = EthAccount.create().address

    async def why(payload: PaymentPayload = payload, **changes: Any) -> str | None:
        asked = requirements.model_copy(update=changes)
        verified = await office.client.verify(payload, asked)
        settled = await settle(office, payload, asked)
        assert not verified.is_valid
        assert not settled.success
        assert settled.transaction == ""
        return verified.invalid_reason

    by_key = method == "eip3009"
    assert await why(pay_to=other) == (
        "invalid_exact_evm_payload_recipient_mismatch" if by_key else "invalid_permit2_recipient_mismatch"
    )
    assert await why(network="eip155:1") == "network_mismatch"
    assert await why(asset=other) == "asset_not_deployed_contract"
    assert await why(scheme="batch-settlement") == "unsupported_scheme"
    if by_key:
        assert await why(extra={}) == "missing_eip712_domain"
        assert await why(asset=PERMIT2) == "asset_not_deployed_contract"
    forged = payload.model_copy(update={"payload": {**payload.payload, "signature": "0x" + "11" * 65}})
    assert await why(forged) == (
        "invalid_exact_evm_payload_signature" if by_key else "invalid_permit2_signature"
    )
    broken = payload.model_copy(update={"payload": {**payload.payload, "signature": "0x1"}})
    assert await why(broken) == "unsupported_payload_type"
    poor = await make_payer(opg=1, approved=AMOUNT)
    assert await why(await office.sign(poor, requirements)) == (
        "invalid_exact_evm_insufficient_balance" if by_key else "permit2_insufficient_balance"
    )
    if not by_key:
        newcomer = await make_payer(approved=0)
        assert await why(await office.sign(newcomer, requirements)) == "permit2_allowance_required"
    clock.ahead += timedelta(hours=1)
    assert await why() == (
        "invalid_exact_evm_payload_authorization_valid_before" if by_key else "permit2_deadline_expired"
    )
    assert await office.transactions() == 0


async def test_upto_for_another_facilitator(office: Office, payer: Payer) -> None:
    requirements = office.required("upto", "permit2", facilitator=EthAccount.create().address)
    payload = await office.sign(payer, requirements)
    assert (await office.client.verify(payload, requirements)).invalid_reason == "upto_facilitator_mismatch"


async def test_version_1(office: Office, payer: Payer) -> None:
    requirements = office.required("exact", "eip3009")
    payload = await office.sign(payer, requirements)
    network = f"eip155:{CHAIN_ID}"
    question = {
        "x402Version": 1,
        "paymentPayload": {
            "x402Version": 1,
            "scheme": "exact",
            "network": network,
            "payload": payload.payload,
        },
        "paymentRequirements": {
            "scheme": "exact",
            "network": network,
            "maxAmountRequired": str(AMOUNT),
            "resource": "http://shop/tea",
            "description": "",
            "mimeType": "text/plain",
            "payTo": office.merchant,
            "maxTimeoutSeconds": 300,
            "asset": office.town.token.address,
            "extra": {"name": "OPG", "version": "1"},
        },
    }
    assert (await office.http.post("/verify", json=question)).json()["isValid"] is True
    settled = (await office.http.post("/settle", json=question)).json()
    assert (settled["success"], settled["network"]) == (True, network)


async def test_what_it_supports(office: Office) -> None:
    supported = (await office.http.get("/supported")).json()
    kinds = {(kind["x402Version"], kind["scheme"]) for kind in supported["kinds"]}
    assert kinds == {(2, "upto"), (2, "exact"), (1, "exact")}
    assert supported["kinds"][0]["extra"] == {"facilitatorAddress": office.account.address}
    assert supported["signers"] == {"eip155:*": [office.account.address]}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"x402Version": 3}', b'{"x402Version": [2]}', b"\xff"])
async def test_what_is_no_question(office: Office, body: bytes) -> None:
    response = await office.http.post("/settle", content=body)
    assert response.status_code == 400
    assert response.json()["error"] == "facilitator_request_malformed"


async def test_a_question_that_is_too_long(office: Office) -> None:
    assert (await office.http.post("/verify", content=bytes(10**5))).status_code == 413
    assert (await office.http.get("/verify")).status_code == 404


async def test_who_asks_too_often_waits(office: Office) -> None:
    now = 0.0
    pace = Pace(in_a_row=2, per_second=0.5, clock=lambda: now)
    async with asking(office.open(), settling=pace) as http:
        asked = [(await http.post("/settle")).status_code for _ in range(3)]
        late = await http.post("/settle")
        assert asked == [400, 400, 429]
        assert (late.headers["retry-after"], late.json()["error"]) == ("2", "facilitator_busy")
        now = 2.0
        assert (await http.post("/settle")).status_code == 400


async def _is_down(*_: Any, **__: Any) -> Any:
    raise ChainUnreachable("The node does not answer.")


async def test_a_chain_that_is_down(office: Office, payer: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = office.required("exact", "eip3009")
    payload = await office.sign(payer, requirements)
    question = {
        "x402Version": 2,
        "paymentPayload": payload.model_dump(by_alias=True, exclude_none=True),
        "paymentRequirements": requirements.model_dump(by_alias=True, exclude_none=True),
    }
    with monkeypatch.context() as patch:
        patch.setattr(Chain, "read", _is_down)
        response = await office.http.post("/settle", json=question)
    assert (response.status_code, response.json()["error"]) == (503, "payments_unavailable")
    assert (await office.http.post("/settle", json=question)).json()["success"] is True


async def test_a_token_that_burns_gas(office: Office, payer: Payer) -> None:
    """Its merchant would have others pay for it."""
    requirements = office.required("exact", "eip3009")
    payload = await office.sign(payer, requirements)
    async with asking(office.open(most_gas=50_000)) as http:
        refused = await client_of(http).settle(payload, requirements)
    assert refused.error_reason == "invalid_exact_evm_transaction_simulation_failed"
    assert await office.transactions() == 0
