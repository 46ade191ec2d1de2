"""Digests of what is signed about budgets: `assay.trust.payments.typed_data`, hashed by EIP-712.

The digest of a budget is its id as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.engines.chain.library import keccak
from assay.engines.chain.typed_data import hash_struct
from assay.trust.payments.budget import Budget
from assay.trust.payments.typed_data import BUDGET_TYPE, NAME, REVOKE_TYPE, VERSION, budget_message

_SEPARATOR = hash_struct(
    "EIP712Domain(string name,string version)",
    ("bytes32", "bytes32"),
    (keccak(text=NAME), keccak(text=VERSION)),
)


def budget_id(budget: Budget) -> str:
    """32 bytes, hex: what the owner signs, and what sub-budgets and revocations name."""
    return _digest("Budget", BUDGET_TYPE, budget_message(budget)).hex()


def revocation_digest(budget: str) -> bytes:
    """What is signed to take back the budget with this id."""
    return _digest("RevokeBudget", REVOKE_TYPE, {"budget": bytes.fromhex(budget)})


def _digest(primary: str, members: tuple[tuple[str, str], ...], message: Mapping[str, Any]) -> bytes:
    encoded = ",".join(f"{type} {name}" for type, name in members)
    words = [_word(type, message[name]) for type, name in members]
    types = [type for type, _ in words]
    struct = hash_struct(f"{primary}({encoded})", types, [word for _, word in words])
    return keccak(b"\x19\x01" + _SEPARATOR + struct)


def _word(type: str, value: Any) -> tuple[str, Any]:
    """What stands for a member in the hash (EIP-712, "Definition of encodeData"), and its type."""
    if type == "string":
        return "bytes32", keccak(text=value)
    if type == "string[]":
        return "bytes32", keccak(b"".join(keccak(text=each) for each in value))
    if isinstance(value, str) and type == "bytes32":
        return type, bytes.fromhex(value.removeprefix("0x"))
    return type, value
