"""A payment is for one request: by its amount to the node, and by its nonce to everybody."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from eth_utils import keccak
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.services.payments.x402.binding import TAIL_BITS, AmountBinding, is_for, request_nonce
from assay.services.payments.x402.order import Order
from assay.trust.metering import Purchase

METHODS = st.sampled_from(["GET", "POST", "PUT"])
TARGETS = st.from_regex(r"\A/[a-z/]{0,20}(\?[a-z=&]{1,10})?\Z")
PURCHASES = st.builds(
    Purchase,
    st.just(""),
    METHODS,
    TARGETS,
    st.just({"host": "node"}),
    st.binary(max_size=40),
    st.just("model"),
    st.integers(0, 10**9),
)
LEASTS = st.integers(0, 2**200)
KEYS = st.binary(min_size=32, max_size=32)
SALTS = st.binary(min_size=32, max_size=32)


@given(KEYS, LEASTS, PURCHASES)
def test_an_amount_is_the_least_that_names_its_request(key: bytes, least: int, purchase: Purchase) -> None:
    order, binding = Order.of(purchase), AmountBinding(key)
    amount = binding.amount(least, order, "upto", "asset")
    assert least <= amount < least + 2**TAIL_BITS
    assert amount == binding.amount(amount, order, "upto", "asset"), "it is its own least"
    assert amount % 2**TAIL_BITS == binding.amount(0, order, "upto", "asset")


@given(KEYS, PURCHASES, PURCHASES)
def test_another_request_has_another_tail(key: bytes, one: Purchase, other: Purchase) -> None:
    assume((one.method, one.target, one.body) != (other.method, other.target, other.body))
    binding = AmountBinding(key)
    assert binding.amount(0, Order.of(one)) != binding.amount(0, Order.of(other))


@given(KEYS, KEYS, PURCHASES)
def test_another_key_or_way_to_pay_has_another_tail(key: bytes, other: bytes, purchase: Purchase) -> None:
    assume(key != other)
    order = Order.of(purchase)
    tail = AmountBinding(key).amount(0, order, "exact", "permit2")
    assert tail != AmountBinding(other).amount(0, order, "exact", "permit2")
    assert tail != AmountBinding(key).amount(0, order, "exact", "eip3009")
    assert tail != AmountBinding(key).amount(0, order, "exactpermit2")


@given(PURCHASES, SALTS)
def test_a_nonce_by_the_words_of_its_definition(purchase: Purchase, salt: bytes) -> None:
    url, body = f"https://node{purchase.target}", hashlib.sha256(purchase.body).digest()
    named = f"assay-x402-v1\0{purchase.method}\0{url}\0".encode() + body + salt
    assert request_nonce(purchase.method, url, body, salt) == keccak(named)
    assert is_for(Order.of(purchase), url, salt, keccak(named))


@given(PURCHASES, SALTS, st.integers(0, 31))
def test_a_nonce_is_for_no_other_request(purchase: Purchase, salt: bytes, at: int) -> None:
    order, url = Order.of(purchase), f"http://node{purchase.target}"
    nonce = request_nonce(purchase.method, url, order.body, salt)
    other_salt = salt[:at] + bytes([salt[at] ^ 1]) + salt[at + 1 :]
    for changed in (
        {"body": purchase.body + b"."},
        {"method": "PATCH"},
        {"target": purchase.target + "x"},
    ):
        assert not is_for(Order.of(replace(purchase, **changed)), url, salt, nonce)
    assert not is_for(order, url, other_salt, nonce)
    assert not is_for(order, url + "x", salt, nonce)
    assert not is_for(order, url.replace("node", "other"), salt, nonce)
