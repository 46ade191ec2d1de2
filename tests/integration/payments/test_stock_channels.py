"""PyPI's x402 with nothing of ours but the contracts: its client, and its facilitator, which calls them itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount
from eth_utils.abi import abi_to_signature
from tests.integration.payments.conftest import ETHER, Payer, Town
from x402.facilitator import x402FacilitatorSync
from x402.mechanisms.evm.batch_settlement.abi import BATCH_SETTLEMENT_ABI
from x402.mechanisms.evm.batch_settlement.authorizer_signer import LocalAuthorizerSigner
from x402.mechanisms.evm.batch_settlement.client import BatchSettlementEvmScheme
from x402.mechanisms.evm.batch_settlement.client.config import BatchSettlementEvmSchemeOptions
from x402.mechanisms.evm.batch_settlement.client.storage import (
    BatchSettlementClientContext,
    InMemoryClientChannelStorage,
)
from x402.mechanisms.evm.batch_settlement.facilitator import BatchSettlementEvmFacilitator
from x402.mechanisms.evm.batch_settlement.types import (
    ChannelConfig,
    ClaimPayload,
    EnrichedRefundPayload,
    SettlePayload,
    VoucherClaim,
    VoucherFields,
)
from x402.mechanisms.evm.batch_settlement.utils import compute_channel_id
from x402.mechanisms.evm.signers import EthAccountSignerWithRPC, FacilitatorWeb3Signer
from x402.schemas import PaymentPayload, PaymentRequirements, SettleResponse

from assay.engines.chain.artifact import Artifact
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.engines.chain.local import CHAIN_ID

PRICE = 10
DEPOSIT = 5 * PRICE
NETWORK = f"eip155:{CHAIN_ID}"
CONTRACT = BatchSettlement(X402_BATCH_SETTLEMENT)


@dataclass(frozen=True, slots=True)
class Facilitator:
    """x402's, which speaks for one receiver."""

    town: Town
    engine: x402FacilitatorSync
    receiver: LocalAccount

    def asks(self, method: str) -> PaymentRequirements:
        """For ``PRICE`` a call, deposited by ``method``."""
        return PaymentRequirements(
            scheme="batch-settlement",
            network=NETWORK,
            asset=self.town.token.address,
            amount=str(PRICE),
            pay_to=self.receiver.address,
            max_timeout_seconds=60,
            extra={
                "receiverAuthorizer": self.receiver.address,
                "withdrawDelay": 900,
                "name": "OPG",
                "version": "1",
                "assetTransferMethod": method,
            },
        )

    def verify(self, payload: dict[str, Any], asked: PaymentRequirements) -> str | None:
        """What is wrong with a payment."""
        verified = self.engine.verify(_paid(payload, asked), asked)
        assert verified.is_valid == (verified.invalid_reason is None)
        return verified.invalid_reason

    def settle(self, payload: dict[str, Any], asked: PaymentRequirements) -> SettleResponse:
        settled = self.engine.settle(_paid(payload, asked), asked)
        assert settled.success, (settled.error_reason, settled.error_message)
        return settled


def _paid(payload: dict[str, Any], asked: PaymentRequirements) -> PaymentPayload:
    return PaymentPayload(x402_version=2, accepted=asked, payload=payload)


@pytest.fixture
async def facilitator(town: Town, chain_url: str) -> Facilitator:
    relayer, receiver = EthAccount.create(), EthAccount.create()
    await town.chain.rpc.call("anvil_setBalance", relayer.address, hex(ETHER))
    scheme = BatchSettlementEvmFacilitator(
        FacilitatorWeb3Signer("0x" + relayer.key.hex(), chain_url), LocalAuthorizerSigner(receiver)
    )
    engine = x402FacilitatorSync()
    engine.register([NETWORK], scheme)
    return Facilitator(town, engine, receiver)


class Client:
    """x402's, told what a server would tell it: what was charged so far."""

    def __init__(self, wallet: LocalAccount, url: str) -> None:
        self.storage = InMemoryClientChannelStorage()
        self.scheme = BatchSettlementEvmScheme(
            EthAccountSignerWithRPC(wallet, url), BatchSettlementEvmSchemeOptions(storage=self.storage)
        )

    def pay(self, asked: PaymentRequirements) -> dict[str, Any]:
        return self.scheme.create_payment_payload(asked)

    def charged(self, asked: PaymentRequirements, total: int, balance: int) -> None:
        config = self.scheme.build_channel_config(asked)
        known = BatchSettlementClientContext(charged_cumulative_amount=str(total), balance=str(balance))
        self.storage.set(compute_channel_id(config, NETWORK).lower(), known)


def _claim(payload: dict[str, Any], total: int) -> VoucherClaim:
    return VoucherClaim(
        ChannelConfig.from_dict(payload["channelConfig"]),
        payload["voucher"]["maxClaimableAmount"],
        payload["voucher"]["signature"],
        str(total),
    )


def test_every_call_that_the_package_knows_is_there() -> None:
    def known(abi: list[dict[str, Any]], *kinds: str) -> set[str]:
        return {f"{entry['type']} {abi_to_signature(entry)}" for entry in abi if entry["type"] in kinds}

    ours = known(list(Artifact.load("BatchSettlement").abi), "function", "event")
    assert known(BATCH_SETTLEMENT_ABI, "function", "event") <= ours


@pytest.mark.parametrize("method", ["eip3009", "permit2"])
async def test_from_deposit_to_refund(
    method: str,
    facilitator: Facilitator,
    make_payer: Callable[..., Awaitable[Payer]],
    town: Town,
    chain_url: str,
) -> None:
    if method == "permit2":
        pytest.importorskip("jsonschema", reason="x402 looks for extensions of payments by Permit2 with it")
    payer = await make_payer(opg=DEPOSIT)
    client, asked = Client(payer.wallet, chain_url), facilitator.asks(method)

    opening = client.pay(asked)
    assert opening["type"] == "deposit"
    assert facilitator.verify(opening, asked) is None
    deposited = facilitator.settle(opening, asked)
    assert deposited.extra is not None
    assert deposited.extra["channelState"]["balance"] == str(DEPOSIT)
    assert facilitator.verify(opening, asked) is not None, "a deposit is good once"

    vouchers = [opening]
    for calls in (1, 2, 3):
        client.charged(asked, calls * PRICE, DEPOSIT)
        voucher = client.pay(asked)
        assert (voucher["type"], voucher["voucher"]["maxClaimableAmount"]) == (
            "voucher",
            str((calls + 1) * PRICE),
        )
        assert facilitator.verify(voucher, asked) is None
        vouchers.append(voucher)

    claims = ClaimPayload()
    claims.claims = [_claim(vouchers[2], 3 * PRICE - 1)]
    facilitator.settle(claims.to_dict(), asked)
    swept = facilitator.settle(
        SettlePayload(facilitator.receiver.address, town.token.address).to_dict(), asked
    )
    assert swept.transaction
    assert await town.chain.read(town.token.balanceOf(facilitator.receiver.address)) == 3 * PRICE - 1
    assert facilitator.verify(vouchers[1], asked) is not None, "less than is claimed"

    refund = EnrichedRefundPayload()
    refund.channel_config = ChannelConfig.from_dict(opening["channelConfig"])
    refund.voucher = VoucherFields.from_dict(vouchers[3]["voucher"])
    refund.amount, refund.refund_nonce = str(DEPOSIT), "0"
    refund.claims = [_claim(vouchers[3], 4 * PRICE)]
    refunded = facilitator.settle(refund.to_dict(), asked)
    assert (refunded.amount, refunded.payer) == (str(DEPOSIT - 4 * PRICE), payer.wallet.address)
    assert await town.chain.read(town.token.balanceOf(payer.wallet.address)) == DEPOSIT - 4 * PRICE

    channel = bytes.fromhex(compute_channel_id(refund.channel_config, NETWORK)[2:])
    assert await town.chain.read(CONTRACT.channels(channel)) == (4 * PRICE, 4 * PRICE)
    assert await town.chain.read(CONTRACT.refundNonce(channel)) == 1


async def test_a_client_that_forgot_everything_asks_the_chain(
    facilitator: Facilitator, make_payer: Callable[..., Awaitable[Payer]], chain_url: str
) -> None:
    payer = await make_payer(opg=DEPOSIT)
    asked = facilitator.asks("eip3009")
    facilitator.settle(Client(payer.wallet, chain_url).pay(asked), asked)
    again = Client(payer.wallet, chain_url).pay(asked)
    assert again["type"] == "voucher"
    assert facilitator.verify(again, asked) is None


async def test_a_voucher_beyond_the_deposit_or_by_another_key(
    facilitator: Facilitator, make_payer: Callable[..., Awaitable[Payer]], chain_url: str
) -> None:
    payer = await make_payer(opg=DEPOSIT)
    client, asked = Client(payer.wallet, chain_url), facilitator.asks("eip3009")
    facilitator.settle(client.pay(asked), asked)
    client.charged(asked, DEPOSIT, 2 * DEPOSIT)
    beyond = client.pay(asked)
    assert facilitator.verify(beyond, asked) == "invalid_batch_settlement_evm_cumulative_exceeds_balance"
    forged = Client(EthAccount.create(), chain_url)
    stolen = {**client.pay(asked), "voucher": forged.pay(asked)["voucher"]}
    stolen["voucher"]["channelId"] = beyond["voucher"]["channelId"]
    assert facilitator.verify(stolen, asked) == "invalid_batch_settlement_evm_voucher_signature"
