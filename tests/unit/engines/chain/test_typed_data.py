"""Digests and signers of typed data, against eth-account, which knows none of our code."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.library import keccak
from assay.engines.chain.signature import is_low, recover
from assay.engines.chain.typed_data import Domain, hash_struct

KEY = Account.from_key(bytes([7]) * 32)
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def signed(domain: Domain, message: dict[str, Any]) -> bytes:
    """A purse and the word on it, as a wallet signs them."""
    named = {"name": domain.name, "chainId": domain.chain_id, "verifyingContract": domain.contract}
    if domain.version is not None:
        named["version"] = domain.version
    types = {
        "Purse": [{"name": "word", "type": "string"}, {"name": "coins", "type": "Coins"}],
        "Coins": [{"name": "count", "type": "uint256"}],
    }
    return bytes(KEY.sign_message(encode_typed_data(named, types, message)).signature)


def digest(domain: Domain, word: str, count: int) -> bytes:
    coins = hash_struct("Coins(uint256 count)", ["uint256"], [count])
    purse = hash_struct(
        "Purse(string word,Coins coins)Coins(uint256 count)", ["bytes32"] * 2, [keccak(text=word), coins]
    )
    return domain.digest(purse)


@settings(max_examples=25)
@given(
    st.builds(Domain, st.text(), st.integers(0, 2**64), st.just(PERMIT2), st.none() | st.text(min_size=1)),
    st.text(),
    st.integers(0, 2**256 - 1),
)
def test_what_a_wallet_signs_is_what_is_checked(domain: Domain, word: str, count: int) -> None:
    signature = signed(domain, {"word": word, "coins": {"count": count}})
    assert recover(digest(domain, word, count), signature) == KEY.address
    assert recover(digest(domain, word + ".", count), signature) != KEY.address


DIGEST = keccak(b"anything")
SIGNATURE = bytes(Account.unsafe_sign_hash(DIGEST, KEY.key).signature)


def test_the_compact_form() -> None:
    s = int.from_bytes(SIGNATURE[32:64]) | (SIGNATURE[64] - 27) << 255
    assert recover(DIGEST, SIGNATURE[:32] + s.to_bytes(32)) == KEY.address


def test_the_mirrored_form_is_not_low() -> None:
    mirrored = (
        SIGNATURE[:32]
        + (_ORDER - int.from_bytes(SIGNATURE[32:64])).to_bytes(32)
        + bytes([55 - SIGNATURE[64]])
    )
    assert recover(DIGEST, mirrored) == KEY.address
    assert is_low(SIGNATURE)
    assert not is_low(mirrored)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        SIGNATURE[:63],
        SIGNATURE + b"\0",
        SIGNATURE[:64] + b"\0",
        SIGNATURE[:64] + b"\x1d",
        bytes(65),
        b"\xff" * 64 + b"\x1b",
    ],
)
def test_what_is_no_signature_has_no_signer(signature: bytes) -> None:
    assert recover(DIGEST, signature) is None
