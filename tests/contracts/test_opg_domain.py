"""The domain OPG's signatures are made for, against eth-account's idea of it."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from tests.contracts.signing import (
    CANCEL_AUTHORIZATION,
    PERMIT,
    RECEIVE_WITH_AUTHORIZATION,
    TRANSFER_WITH_AUTHORIZATION,
    domain,
)


def separator(domain: dict[str, Any]) -> bytes:
    """``hashStruct(eip712Domain)`` by eth-account."""
    message_types = {"Nothing": [{"name": "of", "type": "uint256"}]}
    return encode_typed_data(domain, message_types, {"of": 0}).header


def test_separator_is_eip712s(opg: Any) -> None:
    assert opg.DOMAIN_SEPARATOR() == separator(domain(opg))


def test_separator_follows_the_chain_id(opg: Any) -> None:
    born = opg.DOMAIN_SEPARATOR()
    boa.env.evm.patch.chain_id = 8453
    assert opg.DOMAIN_SEPARATOR() == separator(domain(opg)) != born


def test_a_wallet_can_ask_what_to_sign_for(opg: Any) -> None:
    fields, name, version, chain_id, contract, salt, extensions = opg.eip712Domain()
    assert (fields, salt, extensions) == (b"\x0f", bytes(32), [])
    asked = {"name": name, "version": version, "chainId": chain_id, "verifyingContract": contract}
    assert asked == domain(opg)


@pytest.mark.parametrize(
    ("constant", "types"),
    [
        ("PERMIT_TYPEHASH", PERMIT),
        ("TRANSFER_WITH_AUTHORIZATION_TYPEHASH", TRANSFER_WITH_AUTHORIZATION),
        ("RECEIVE_WITH_AUTHORIZATION_TYPEHASH", RECEIVE_WITH_AUTHORIZATION),
        ("CANCEL_AUTHORIZATION_TYPEHASH", CANCEL_AUTHORIZATION),
    ],
)
def test_type_hashes_are_of_the_types_signed(
    opg: Any, constant: str, types: dict[str, dict[str, str]]
) -> None:
    ((name, fields),) = types.items()
    encoded = f"{name}({','.join(f'{kind} {field}' for field, kind in fields.items())})"
    assert getattr(opg, constant)() == keccak(text=encoded)
