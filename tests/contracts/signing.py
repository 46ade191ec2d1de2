"""Typed data signed as a wallet does it: eth-account, no code of ours, says what an EIP-712 digest is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boa
from eth_account.signers.local import LocalAccount

Fields = dict[str, str]

PERMIT: dict[str, Fields] = {
    "Permit": {
        "owner": "address",
        "spender": "address",
        "value": "uint256",
        "nonce": "uint256",
        "deadline": "uint256",
    }
}
_AUTHORIZATION: Fields = {
    "from": "address",
    "to": "address",
    "value": "uint256",
    "validAfter": "uint256",
    "validBefore": "uint256",
    "nonce": "bytes32",
}
TRANSFER_WITH_AUTHORIZATION = {"TransferWithAuthorization": _AUTHORIZATION}
RECEIVE_WITH_AUTHORIZATION = {"ReceiveWithAuthorization": _AUTHORIZATION}
CANCEL_AUTHORIZATION = {"CancelAuthorization": {"authorizer": "address", "nonce": "bytes32"}}
DELEGATION = {"Delegation": {"delegatee": "address", "nonce": "uint256", "expiry": "uint256"}}

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Signature:
    """An ECDSA signature over secp256k1."""

    v: int
    r: bytes
    s: bytes

    @property
    def vrs(self) -> tuple[int, bytes, bytes]:
        return self.v, self.r, self.s

    @property
    def packed(self) -> bytes:
        """65 bytes as contracts take them: r, s, v."""
        return self.r + self.s + bytes([self.v])

    @property
    def compact(self) -> bytes:
        """64 bytes as in EIP-2098: r, then s with the parity in its highest bit."""
        parity = (self.v - 27) << 255
        return self.r + (parity | int.from_bytes(self.s)).to_bytes(32)

    @property
    def mirrored(self) -> Signature:
        """The other signature of the same digest that plain ECDSA takes: s in the upper half."""
        return Signature(55 - self.v, self.r, (_ORDER - int.from_bytes(self.s)).to_bytes(32))


def domain(contract: Any, **changed: Any) -> dict[str, Any]:
    """The domain that ``contract`` should have: OPG's, version 1, on the tests' chain."""
    known = {
        "name": "OPG",
        "version": "1",
        "chainId": boa.env.evm.patch.chain_id,
        "verifyingContract": contract.address,
    }
    return known | changed


def sign(signer: LocalAccount, domain: dict[str, Any], types: dict[str, Fields], **message: Any) -> Signature:
    """``message`` signed under ``domain``; ``from_`` stands for the field ``from``."""
    signed = signer.sign_typed_data(
        domain_data=domain,
        message_types={
            name: [{"name": field, "type": kind} for field, kind in fields.items()]
            for name, fields in types.items()
        },
        message_data={field.rstrip("_"): value for field, value in message.items()},
    )
    return Signature(signed.v, signed.r.to_bytes(32), signed.s.to_bytes(32))
