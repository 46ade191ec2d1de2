"""Payment channels, and what payers and receivers sign about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import boa
from boa.util.abi import abi_encode
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from tests.contracts.deploying import deploy, lay
from tests.contracts.permit2_signing import PERMIT2, Permit
from tests.contracts.signing import RECEIVE_WITH_AUTHORIZATION, Fields, sign
from tests.contracts.signing import domain as token_domain

BATCH_SETTLEMENT = "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003"
ERC3009_COLLECTOR = "0x4020806089470a89826cB9fB1f4059150b550004"
PERMIT2_COLLECTOR = "0x4020425FAf3B746C082C2f942b4E5159887B0005"

ZERO = "0x" + "00" * 20
FOREVER = 2**256 - 1
DELAY_S = 900

VOUCHER: dict[str, Fields] = {"Voucher": {"channelId": "bytes32", "maxClaimableAmount": "uint128"}}
REFUND: dict[str, Fields] = {"Refund": {"channelId": "bytes32", "nonce": "uint256", "amount": "uint128"}}
CLAIM_BATCH: dict[str, Fields] = {
    "ClaimBatch": {"claims": "ClaimEntry[]"},
    "ClaimEntry": {"channelId": "bytes32", "maxClaimableAmount": "uint128", "totalClaimed": "uint128"},
}
DEPOSIT_WITNESS: Fields = {"channelId": "bytes32"}


@dataclass(frozen=True, slots=True)
class Config:
    """What never changes about a channel."""

    payer: str
    payer_authorizer: str
    receiver: str
    receiver_authorizer: str
    token: str
    withdraw_delay: int = DELAY_S
    salt: bytes = bytes(32)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The struct that a call takes."""
        return (
            self.payer,
            self.payer_authorizer,
            self.receiver,
            self.receiver_authorizer,
            self.token,
            self.withdraw_delay,
            self.salt,
        )

    def but(self, **changed: Any) -> Config:
        return replace(self, **changed)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed in all of a channel, by a voucher for at least that."""

    config: Config
    maximum: int
    signature: bytes
    total: int

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.config.arguments, self.maximum), self.signature, self.total

    def but(self, **changed: Any) -> Claim:
        return replace(self, **changed)


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels' contract with all it needs, at the canonical addresses."""

    opg: Any
    permit2: Any
    contract: Any
    erc3009: Any
    permit2_collector: Any

    @staticmethod
    def open(owner: str) -> Channels:
        """``owner`` has the whole supply, and approved Permit2."""
        opg = deploy("OPG", owner)
        opg.approve(PERMIT2, FOREVER, sender=owner)
        return Channels(
            opg=opg,
            permit2=lay("Permit2", PERMIT2),
            contract=lay("BatchSettlement", BATCH_SETTLEMENT),
            erc3009=lay("ERC3009DepositCollector", ERC3009_COLLECTOR),
            permit2_collector=lay("Permit2DepositCollector", PERMIT2_COLLECTOR),
        )

    def config(self, payer: str, receiver: str, **changed: Any) -> Config:
        """A channel in OPG, where both sides speak for themselves."""
        return Config(payer, ZERO, receiver, receiver, self.opg.address).but(**changed)

    def id(self, config: Config) -> bytes:
        return self.contract.getChannelId(config.arguments)

    def authorized(
        self, payer: LocalAccount, config: Config, amount: int, salt: int = 0, **changed: Any
    ) -> tuple[Any, ...]:
        """The call that deposits by EIP-3009, as the payer signed it; ``changed`` after that."""
        times = (0, boa.env.timestamp + 60)
        signature = sign(
            payer,
            token_domain(self.opg),
            RECEIVE_WITH_AUTHORIZATION,
            from_=payer.address,
            to=ERC3009_COLLECTOR,
            value=amount,
            validAfter=times[0],
            validBefore=times[1],
            nonce=keccak(self.id(config) + salt.to_bytes(32)),
        ).packed
        data = abi_encode("(uint256,uint256,uint256,bytes)", (*times, salt, signature))
        return changed.get("config", config).arguments, amount, ERC3009_COLLECTOR, data

    def permitted(
        self, payer: LocalAccount, config: Config, amount: int, nonce: int = 0, approval: bytes = b""
    ) -> tuple[Any, ...]:
        """The call that deposits by Permit2, as the payer signed it."""
        permit = Permit([(config.token, amount)], PERMIT2_COLLECTOR, nonce, boa.env.timestamp)
        witness = {"channelId": self.id(config)}
        signature = permit.sign_with(payer, DEPOSIT_WITNESS, witness, named="DepositWitness").packed
        data = abi_encode("(uint256,uint256,bytes,bytes)", (nonce, permit.deadline, signature, approval))
        return config.arguments, amount, PERMIT2_COLLECTOR, data

    def deposit(self, payer: LocalAccount, config: Config, amount: int, salt: int = 0) -> None:
        self.contract.deposit(*self.authorized(payer, config, amount, salt))

    def claim(self, signer: LocalAccount, config: Config, total: int, maximum: int | None = None) -> Claim:
        """``total`` by a voucher for it, or for ``maximum``."""
        ceiling = total if maximum is None else maximum
        return Claim(config, ceiling, self.voucher(signer, config, ceiling), total)

    def voucher(self, signer: LocalAccount, config: Config, maximum: int) -> bytes:
        return sign(signer, domain(), VOUCHER, channelId=self.id(config), maxClaimableAmount=maximum).packed

    def refund(self, signer: LocalAccount, config: Config, amount: int, nonce: int) -> tuple[Any, ...]:
        """The call that refunds by the word of who speaks for the receiver."""
        signature = sign(
            signer, domain(), REFUND, channelId=self.id(config), nonce=nonce, amount=amount
        ).packed
        return config.arguments, amount, nonce, signature

    def batch(self, signer: LocalAccount, claims: Sequence[Claim]) -> tuple[Any, ...]:
        """The call that claims by the word of who speaks for the receivers."""
        entries = [
            {
                "channelId": self.id(claim.config),
                "maxClaimableAmount": claim.maximum,
                "totalClaimed": claim.total,
            }
            for claim in claims
        ]
        signature = sign(signer, domain(), CLAIM_BATCH, claims=entries).packed
        return [claim.arguments for claim in claims], signature


def domain(**changed: Any) -> dict[str, Any]:
    """The domain that the channels' contract should have."""
    known = {
        "name": "x402 Batch Settlement",
        "version": "1",
        "chainId": boa.env.evm.patch.chain_id,
        "verifyingContract": BATCH_SETTLEMENT,
    }
    return known | changed
