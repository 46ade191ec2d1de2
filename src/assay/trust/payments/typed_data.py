"""Budgets as EIP-712 typed data, as every wallet's ``eth_signTypedData_v4`` takes it.

The domain names no chain and no contract: the asset of a budget does, and one in dollars is of no chain.
"""

from __future__ import annotations

from typing import Any, Final

from assay.trust.payments.budget import Budget

NAME: Final = "Assay Budget"
VERSION: Final = "1"

BUDGET_TYPE: Final = (
    ("address", "owner"),
    ("address", "agentKey"),
    ("string", "asset"),
    ("uint256", "total"),
    ("uint256", "perCall"),
    ("uint256", "perDay"),
    ("string[]", "models"),
    ("string[]", "hosts"),
    ("uint64", "expiry"),
    ("bytes32", "parent"),
    ("bytes32", "salt"),
)
REVOKE_TYPE: Final = (("bytes32", "budget"),)


def budget_message(budget: Budget) -> dict[str, Any]:
    """The members of ``Budget``, in the order of `BUDGET_TYPE`."""
    return {
        "owner": budget.owner,
        "agentKey": budget.agent_key,
        "asset": budget.asset,
        "total": budget.total,
        "perCall": budget.per_call,
        "perDay": budget.per_day,
        "models": list(budget.models),
        "hosts": list(budget.hosts),
        "expiry": budget.expiry,
        "parent": f"0x{budget.parent}",
        "salt": f"0x{budget.salt}",
    }


def budget_typed_data(budget: Budget) -> dict[str, Any]:
    """What the owner signs to grant a budget."""
    return _typed_data("Budget", BUDGET_TYPE, budget_message(budget))


def revocation_typed_data(budget: str) -> dict[str, Any]:
    """What the owner, or anybody who granted a budget above, signs to take back the one with this id (hex)."""
    return _typed_data("RevokeBudget", REVOKE_TYPE, {"budget": f"0x{budget}"})


def _typed_data(
    primary: str, members: tuple[tuple[str, str], ...], message: dict[str, Any]
) -> dict[str, Any]:
    return {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
            primary: [{"name": name, "type": type} for type, name in members],
        },
        "primaryType": primary,
        "domain": {"name": NAME, "version": VERSION},
        "message": message,
    }
