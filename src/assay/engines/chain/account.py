"""A key that signs transactions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay.engines.chain.library import Address, EthAccount
from assay.engines.chain.wire import to_data
from assay.engines.enclave.secret_file import read_or_create


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of EIP-1559, without its signature. Fees in wei per gas, ``value`` in wei."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas_limit: int
    to: Address
    value: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction as it goes to a node."""

    hash: bytes
    raw: bytes


class Account:
    """An account that a key of secp256k1 speaks for."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 bytes. Raises `ValueError` for what is no key."""
        self._local = EthAccount.from_key(key)

    @classmethod
    def open(cls, path: Path) -> Account:
        """The account whose key is in the file, which is made if there is none.

        Raises `SecretFileExposed` if others may read it.
        """
        return cls(read_or_create(path, lambda: bytes(EthAccount.create().key)))

    def __repr__(self) -> str:
        return f"Account({self.address!r})"

    @property
    def address(self) -> Address:
        address: Address = self._local.address
        return address

    def sign(self, transaction: Transaction) -> Signed:
        """Sign for the chain that the transaction names, and for no other."""
        signed = self._local.sign_transaction(
            {
                "type": 2,
                "chainId": transaction.chain_id,
                "nonce": transaction.nonce,
                "maxPriorityFeePerGas": transaction.max_priority_fee_per_gas,
                "maxFeePerGas": transaction.max_fee_per_gas,
                "gas": transaction.gas_limit,
                "to": transaction.to,
                "value": transaction.value,
                "data": to_data(transaction.data),
            }
        )
        return Signed(bytes(signed.hash), bytes(signed.raw_transaction))

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes as they are: ``r, s, v`` in 65 bytes, ``s`` the lower one, ``v`` 27 or 28.

        For digests of typed data (`assay.engines.chain.typed_data`); what others chose may be anything.
        """
        return bytes(self._local.unsafe_sign_hash(digest).signature)
