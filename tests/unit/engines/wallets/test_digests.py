"""Digests against eth-account, which knows none of our code."""

from __future__ import annotations

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.payments.budgets import BUDGET, budgets

from assay.engines.chain.signature import recover
from assay.engines.wallets.digests import budget_id, revocation_digest
from assay.trust.payments.budget import Budget
from assay.trust.payments.typed_data import budget_typed_data, revocation_typed_data

KEY = Account.from_key(bytes([7]) * 32)


def foreign_digest(typed_data: dict[str, object]) -> bytes:
    message = encode_typed_data(full_message=typed_data)
    return keccak(b"\x19" + message.version + message.header + message.body)


@settings(max_examples=50)
@given(budgets)
def test_a_wallet_signs_what_is_checked(budget: Budget) -> None:
    digest = bytes.fromhex(budget_id(budget))
    assert digest == foreign_digest(budget_typed_data(budget))
    signature = bytes(KEY.sign_typed_data(full_message=budget_typed_data(budget)).signature)
    assert recover(digest, signature) == KEY.address


@given(st.binary(min_size=32, max_size=32))
def test_taking_back(id: bytes) -> None:
    assert revocation_digest(id.hex()) == foreign_digest(revocation_typed_data(id.hex()))


@given(budgets, budgets)
def test_budgets_that_differ_have_other_ids(one: Budget, other: Budget) -> None:
    assert (budget_id(one) == budget_id(other)) == (one == other)


def test_the_id_is_frozen() -> None:
    """What was signed once has to be found again by every later version."""
    assert budget_id(BUDGET) == "acce56d5f05d0cc8da3d2278b528d8ef81b53175b215b3820d8ed32e7f03fed2"
