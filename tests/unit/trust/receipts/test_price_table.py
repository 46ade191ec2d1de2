"""A table of prices counts only as its node signed it, and says of any receipt whether it was charged by it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.receipts.office import Office

from assay.errors import AssayError, FormatError
from assay.trust.keys.signed import message, seal
from assay.trust.receipts import price_table
from assay.trust.receipts.predicate import PaymentClaim, Price
from assay.trust.receipts.price_table import ListedPrice, NotAsPublished, PriceTable, check_published
from assay.trust.receipts.rate import Rate

KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
NODE = KEY.public_key().public_bytes_raw().hex()
GPT = ListedPrice(Price(2_000_000, 8_000_000, 500_000), "a list", date(2026, 11, 20), ("house/gpt", "gpt"))
PAINTER = ListedPrice(Price(image=40_000), "hearsay")
TABLE = PriceTable(NODE, {"gpt-4.1": GPT, "painter": PAINTER})
FILE = TABLE.sign(KEY.sign)
RATE = Rate("eip155:31337/erc20:0x" + "ab" * 20, 161_234, "an oracle", datetime(2026, 11, 24, 12, tzinfo=UTC))

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
COUNTS = st.integers(0, 2**53 - 1)
LISTED = st.builds(
    ListedPrice, st.builds(Price, COUNTS, COUNTS, COUNTS, COUNTS), LINES, st.none() | st.dates()
)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
RATES = st.builds(Rate, LINES, st.integers(1, 2**53 - 1), LINES, st.none() | TIMES)


@given(st.dictionaries(LINES, LISTED, max_size=4), st.none() | RATES)
def test_it_is_read_back_as_signed(prices: dict[str, ListedPrice], opg: Rate | None) -> None:
    table = PriceTable(NODE, prices, opg)
    assert PriceTable.verify(table.sign(KEY.sign)) == table


def test_equal_prices_are_one_file() -> None:
    turned = PriceTable(NODE, dict(reversed(TABLE.prices.items())))
    assert turned.sign(KEY.sign) == FILE


@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(FILE) - 1))
    changed = bytearray(FILE)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(AssayError):
        PriceTable.verify(bytes(changed))


def test_nobody_publishes_for_another() -> None:
    with pytest.raises(AssayError):
        PriceTable.verify(TABLE.sign(Ed25519PrivateKey.generate().sign))


@pytest.mark.parametrize("name", ["gpt-4.1", "house/gpt", "gpt"])
def test_a_price_by_any_name(name: str) -> None:
    assert TABLE.price(name) == GPT.price


def test_what_is_not_listed_is_free() -> None:
    assert TABLE.price("house/painter") == Price()


def signed(claim: dict[str, Any]) -> bytes:
    return seal(price_table.PAYLOAD_TYPE, claim, [(NODE, KEY.sign(message(price_table.PAYLOAD_TYPE, claim)))])


CLAIM = orjson.loads(base64.b64decode(orjson.loads(FILE)["payload"]))
ROW = CLAIM["prices"]["painter"]


@pytest.mark.parametrize(
    "claim", [CLAIM, {**CLAIM, "prices": {}}], ids=["as it is", "nothing costs anything"]
)
def test_signed_by_hand(claim: dict[str, Any]) -> None:
    PriceTable.verify(signed(claim))


@pytest.mark.parametrize(
    "claim",
    [
        {**CLAIM, "more": 1},
        {**CLAIM, "type": "urn:assay:prices:v2"},
        {**CLAIM, "node": NODE.upper()},
        {**CLAIM, "prices": [ROW]},
        *(
            {**CLAIM, "prices": {"m": {**ROW, name: value}}}
            for name, value in {
                "more": 1,
                "input": -1,
                "output": 1.5,
                "image": True,
                "cached_input": 2**60,
                "source": 7,
                "also": "name",
                "as_of": "2026-11-24T00:00:00.000Z",
            }.items()
        ),
        {**CLAIM, "prices": {"m": {**ROW, "as_of": "20261124"}}},
        {**CLAIM, "prices": {"m": {**ROW, "as_of": ""}}},
        {**CLAIM, "prices": {"m": {**ROW, "source": "\x1b[2J"}}},
        {**CLAIM, "prices": {"m": {**ROW, "also": ["\x9b"]}}},
        {**CLAIM, "prices": {"m\n": ROW}},
        {name: value for name, value in CLAIM.items() if name != "opg"},
        {**CLAIM, "opg": {}},
        *(
            {**CLAIM, "opg": {**RATE.to_json(), name: value}}
            for name, value in {
                "more": 1,
                "micro_usd": 0,
                "asset": "\x1b[2J",
                "source": None,
                "as_of": "2026-11-24",
            }.items()
        ),
        {**CLAIM, "prices": {"m": {**ROW, "also": ["m"]}}},
        {**CLAIM, "prices": {"m": {**ROW, "also": ["n", "n"]}}},
        {**CLAIM, "prices": {"m": {**ROW, "also": ["n"]}, "n": ROW}},
        {**CLAIM, "prices": {"m": {name: value for name, value in ROW.items() if name != "also"}}},
    ],
)
def test_a_signed_claim_of_another_shape_is_no_table(claim: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        PriceTable.verify(signed(claim))


def test_a_receipt_charges_what_was_published(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    price = office.statement().price
    table = PriceTable(office.identity.public_key.hex(), {"gpt-test": ListedPrice(price, "a list")})
    file = table.sign(office.identity.sign)
    receipt = office.statement(price_table=sha256(file).hexdigest())
    unlisted = replace(receipt.model, requested="unlisted")
    assert check_published(receipt, file) == table
    assert check_published(replace(receipt, price=Price(), model=unlisted), file) == table
    for wrong in (
        replace(receipt, price=replace(price, output=price.output + 1)),
        replace(receipt, model=unlisted),
        replace(receipt, price_table="ab" * 32),
        replace(receipt, price_table=sha256(FILE).hexdigest()),
    ):
        with pytest.raises(NotAsPublished):
            check_published(wrong, FILE if wrong.price_table == sha256(FILE).hexdigest() else file)


@pytest.mark.parametrize(
    ("rail", "asset", "beyond", "is_published"),
    [
        ("upto", RATE.asset, 0, True),
        ("upto", RATE.asset, 1, False),
        ("upto", RATE.asset, -1, False),
        ("upto", "eip155:1/erc20:0x" + "cd" * 20, 0, False),
        ("exact", RATE.asset, 0, True),
        ("exact", RATE.asset, 1000, True),
        ("exact", RATE.asset, -1, False),
        ("exact", "eip155:1/erc20:0x" + "cd" * 20, 1000, False),
    ],
)
def test_what_a_receipt_charges_in_opg_follows_from_its_cost(
    tmp_path: Path, rail: str, asset: str, beyond: int, is_published: bool
) -> None:
    office = Office.open(tmp_path)
    listed = {"gpt-test": ListedPrice(office.statement().price, "a list")}
    file = PriceTable(office.identity.public_key.hex(), listed, RATE).sign(office.identity.sign)
    receipt = office.statement(price_table=sha256(file).hexdigest())
    payment = PaymentClaim(rail, "ab" * 32, asset, RATE.units(receipt.cost) + beyond)
    if is_published:
        check_published(replace(receipt, payment=payment), file)
    else:
        with pytest.raises(NotAsPublished, match="rate"):
            check_published(replace(receipt, payment=payment), file)


def test_nothing_is_charged_in_opg_by_a_table_without_a_rate(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    listed = {"gpt-test": ListedPrice(office.statement().price, "a list")}
    file = PriceTable(office.identity.public_key.hex(), listed).sign(office.identity.sign)
    receipt = office.statement(price_table=sha256(file).hexdigest())
    payment = PaymentClaim("exact", "ab" * 32, RATE.asset, 10**30)
    with pytest.raises(NotAsPublished, match="rate"):
        check_published(replace(receipt, payment=payment), file)
