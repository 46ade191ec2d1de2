"""What a chain keeps of receipts: the root of a batch, and the proof that one receipt is in it.

Defined in docs/spec/receipt.md §11, and by the contract ``Settlement``. The chain sees hashes only: leaves hold no
content, and no reference that says who paid.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from assay.errors import AssayError, FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.members import count, digest, text
from assay.trust.receipts.predicate import MICRO_USD, MODES, PaymentClaim
from assay.trust.receipts.statement import Statement
from assay.trust.transparency.merkle import (
    CompactRange,
    ProofError,
    inclusion_path,
    leaf_hash,
    verify_inclusion,
)

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_KEY = re.compile(r"[0-9a-f]{64}")


class SettlementPending(AssayError):
    """No chain is known to have the receipt yet."""

    code = "settlement_pending"
    hint = "ask again in a minute; receipts settle in batches"


class SettlementOff(AssayError):
    """The node brings its receipts to no chain."""

    code = "settlement_off"
    hint = "its log has the receipt all the same: ask for the proof"


def payment_key(claim: PaymentClaim) -> bytes:
    """32 bytes that name the payment: its key on the chain; of what is paid elsewhere, SHA-256 of the reference."""
    if claim.asset != MICRO_USD and _KEY.fullmatch(claim.reference):
        return bytes.fromhex(claim.reference)
    return hashlib.sha256(claim.reference.encode()).digest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One receipt, the payment for it, and the mode that it was served in, as the contract has them."""

    receipt: bytes
    """The receipt's id: 32 bytes."""
    payment: bytes
    """See `payment_key`."""
    mode: int

    @classmethod
    def of(cls, receipt: str, statement: Statement) -> Self:
        """``receipt``: the id of the statement, hex."""
        return cls(bytes.fromhex(receipt), payment_key(statement.payment), MODES[statement.mode])

    @property
    def hash(self) -> bytes:
        """The leaf's place in a tree (RFC 9162 §2.1.1)."""
        return leaf_hash(self.receipt + self.payment + bytes([self.mode]))


def batch_root(leaves: Sequence[Leaf]) -> bytes:
    """The root over leaves in their order."""
    return CompactRange(leaf.hash for leaf in leaves).root()


def batch_path(leaves: Sequence[Leaf], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from one of the leaves to the root, lowest first."""
    hashes = [leaf.hash for leaf in leaves]
    return tuple(CompactRange(hashes[begin:end]).root() for begin, end in inclusion_path(index, len(hashes)))


@dataclass(frozen=True, slots=True)
class SettlementProof:
    """Where a chain has the batch that a receipt is in, and the way there. Whether it has is for the chain to say."""

    chain_id: int
    genesis: bytes
    """Hash of the chain's first block: chains of one id are told apart by it."""
    contract: str
    """Address of the `Settlement`, in lower case."""
    root: bytes
    size: int
    """Leaves under the root."""
    index: int
    path: tuple[bytes, ...]
    transaction: bytes
    """Hash of the one by which the root came to the chain."""

    def check(self, leaf: Leaf) -> None:
        """Whether the leaf is the one at `index` of the batch. Raises `ProofError`."""
        try:
            verify_inclusion(leaf.hash, self.index, self.size, self.path, self.root)
        except ProofError:
            raise ProofError(
                f"The proof does not lead from this receipt to leaf {self.index} of the batch."
            ) from None

    def to_bytes(self) -> bytes:
        """Canonical JSON: ``settlement.json`` of a bundle."""
        return canonicalize(
            {
                "chain_id": self.chain_id,
                "contract": self.contract,
                "genesis": self.genesis.hex(),
                "index": self.index,
                "path": [hash.hex() for hash in self.path],
                "root": self.root.hex(),
                "size": self.size,
                "transaction": self.transaction.hex(),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read strictly. Raises `FormatError`."""
        value = parse_canonical(data)
        try:
            proof = cls(
                chain_id=count(value["chain_id"]),
                genesis=_hash(value["genesis"]),
                contract=_address(value["contract"]),
                root=_hash(value["root"]),
                size=count(value["size"]),
                index=count(value["index"]),
                path=tuple(map(_hash, _list(value["path"]))),
                transaction=_hash(value["transaction"]),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise FormatError("This is not a proof of settlement.") from error
        if proof.to_bytes() != data:
            raise FormatError("The proof of settlement has a member that is not known.")
        return proof


FindSettlement: TypeAlias = Callable[[str], SettlementProof]
"""Where a chain has a receipt, by the receipt's id. Raises `SettlementPending` or `SettlementOff`."""


def _hash(value: Any) -> bytes:
    return bytes.fromhex(digest(value))


def _address(value: Any) -> str:
    if not _ADDRESS.fullmatch(text(value)):
        raise ValueError(value)
    return str(value)


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError(value)
    return value
