"""Calls and events against what others make of the same ABI."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG, Transfer
from assay.engines.chain.bindings.teeregistry import TEE, OhttpConfig, TEERegistry
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.receipt import Log

TOKEN = OPG(to_checksum_address("0x" + "11" * 20))
OTHER = to_checksum_address("0x" + "ab" * 20)

ADDRESSES = st.binary(min_size=20, max_size=20).map(to_checksum_address)
AMOUNTS = st.integers(min_value=0, max_value=2**256 - 1)


def test_selectors_of_erc20() -> None:
    assert TOKEN.transfer(OTHER, 1).data.hex()[:8] == "a9059cbb"
    assert TOKEN.balanceOf(OTHER).data.hex()[:8] == "70a08231"
    assert TOKEN.approve(OTHER, 1).data.hex()[:8] == "095ea7b3"
    assert Transfer.topic().hex() == "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def test_functions_of_one_name_are_told_apart_by_their_arguments() -> None:
    nonce = bytes(32)
    with_parts = TOKEN.cancelAuthorization(OTHER, nonce, 27, nonce, nonce)
    with_bytes = TOKEN.cancelAuthorization(OTHER, nonce, b"\x01" * 65)
    assert with_parts.data.hex()[:8] == "5a049a70", "EIP-3009"
    assert with_bytes.data.hex()[:8] == "b7b72899"


@given(ADDRESSES, AMOUNTS)
def test_arguments(to: Address, amount: int) -> None:
    call = TOKEN.transfer(to, amount)
    assert call.to == TOKEN.address
    assert call.data[4:] == encode(["address", "uint256"], [to, amount])


@given(ADDRESSES, AMOUNTS, st.text())
def test_answers(address: Address, amount: int, text: str) -> None:
    assert Call[int](OTHER, b"", ("uint256",)).read(encode(["uint256"], [amount])) == amount
    assert Call[Address](OTHER, b"", ("address",)).read(encode(["address"], [address])) == address
    assert Call[None](OTHER, b"").read(b"") is None
    types = ("address", "string")
    assert Call[tuple[Address, str]](OTHER, b"", types).read(encode(types, [address, text])) == (
        address,
        text,
    )


@given(ADDRESSES, AMOUNTS, st.lists(st.binary(max_size=40), max_size=3))
def test_structs_are_answered_with_their_names(owner: Address, second: int, keys: list[bytes]) -> None:
    config = OhttpConfig(1, 0x20, 1, 3, b"hpke", b"config", second)
    hash = bytes(32)
    entries = [TEE(owner, OTHER, "https://a", key, b"tls", hash, 0, True, 1, second, config) for key in keys]
    call = TEERegistry(OTHER).getActiveTEEs(0)
    assert call.data.hex()[:8] == "4b6014da", "as OpenGradient's registry has it"
    answer = call.read(encode(call.outputs, [entries]))
    assert answer == tuple(entries)
    assert all(isinstance(entry, TEE) and entry.ohttpConfig.registeredAt == second for entry in answer)


@pytest.mark.parametrize("answer", [b"", b"\x01", bytes(31), b"\xff" * 32])
def test_answers_that_are_none(answer: bytes) -> None:
    with pytest.raises(ChainGarbage):
        Call[bool](OTHER, b"", ("bool",)).read(answer)


@given(ADDRESSES, ADDRESSES, AMOUNTS)
def test_events(sender: Address, receiver: Address, value: int) -> None:
    topics = (Transfer.topic(), encode(["address"], [sender]), encode(["address"], [receiver]))
    log = Log(TOKEN.address, topics, encode(["uint256"], [value]), 1, bytes(32), bytes(32), 0)
    assert Transfer.read(log) == Transfer(sender, receiver, value)


def test_logs_of_something_else() -> None:
    good = (Transfer.topic(), bytes(32), bytes(32))
    for topics, data in (
        ((), bytes(32)),
        (good[:2], bytes(32)),
        ((bytes(32), *good[1:]), bytes(32)),
        (good, b""),
    ):
        with pytest.raises(ChainGarbage):
            Transfer.read(Log(OTHER, topics, data, 1, bytes(32), bytes(32), 0))


def test_a_key_never_shows() -> None:
    account = Account(b"\x11" * 32)
    assert "11" * 16 not in repr(account)
    with pytest.raises(ValueError):
        Account(bytes(32))
