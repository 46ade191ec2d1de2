"""A node's prices as a signed file, which every receipt names: whoever reads both sees whether it charged by it.

Nobody can charge by a price that was not published, nor deny one that was: the receipt names the file's digest, and the
file has the node's signature. It says no time of its own, so that equal prices are one file, whenever a node was
started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from assay.errors import AssayError, FormatError
from assay.trust.keys.public_key import read_public_key
from assay.trust.keys.signed import message, seal, unseal
from assay.trust.members import count
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim, Price
from assay.trust.receipts.rate import Rate
from assay.trust.receipts.statement import Statement
from assay.trust.text import read_text

PAYLOAD_TYPE: Final = "application/vnd.assay.prices+json"
TYPE: Final = "urn:assay:prices:v1"
EXACT: Final = "exact"
"""The rail by which a payer signs for an amount, and pays it whatever the call comes to."""


class NotAsPublished(AssayError):
    """A receipt does not charge what the table of prices says."""

    code = "price_not_published"
    hint = "both are signed: where the receipt names the table, they prove together what the node did"


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """What a model costs, on whose word, and since when."""

    price: Price
    source: str
    """Where the price comes from, for people to read."""
    as_of: date | None = None
    """When it was looked up there; None when nobody said."""
    also: tuple[str, ...] = ()
    """Further names by which the model is called at this price."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """What a node charges for each model. What is not in it is free."""

    node: str
    """The identity whose prices these are, hex."""
    prices: Mapping[str, ListedPrice]
    """By the model's id."""
    opg: Rate | None = None
    """What the node takes OPG for; None if it takes none."""

    def sign(self, sign: Callable[[bytes], bytes]) -> bytes:
        """The file; ``sign`` signs by the identity `node`. Its SHA-256 is what receipts name."""
        claim = self.to_json()
        return seal(PAYLOAD_TYPE, claim, [(self.node, sign(message(PAYLOAD_TYPE, claim)))])

    @classmethod
    def verify(cls, file: bytes) -> PriceTable:
        """Read a file that the node it names has signed. Raises `FormatError` or `SignatureError`."""
        claim, _ = unseal(PAYLOAD_TYPE, file, lambda claim: [read_public_key(claim["node"])])
        try:
            prices = {read_text(model): _listed_price(row) for model, row in claim["prices"].items()}
            opg = None if claim["opg"] is None else Rate.from_json(claim["opg"])
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise FormatError("This is not a table of prices.") from error
        table = cls(claim["node"], prices, opg)
        if table.to_json() != claim:
            raise FormatError("The table of prices has members or values that its type does not know.")
        names = list(table._names())
        if len(set(names)) != len(names):
            raise FormatError("The table has two prices for one name.")
        return table

    def price(self, name: str) -> Price:
        """What a call costs that names its model like this."""
        for model, listed in self.prices.items():
            if name == model or name in listed.also:
                return listed.price
        return Price()

    def to_json(self) -> dict[str, Any]:
        """What is signed."""
        prices = {model: _row(listed) for model, listed in self.prices.items()}
        opg = None if self.opg is None else self.opg.to_json()
        return {"node": self.node, "opg": opg, "prices": prices, "type": TYPE}

    def _names(self) -> Iterator[str]:
        for model, listed in self.prices.items():
            yield from (model, *listed.also)


def check_published(statement: Statement, file: bytes) -> PriceTable:
    """The table in ``file``, if the receipt names that very file and charges by it.

    Raises `NotAsPublished`, and what `PriceTable.verify` does.
    """
    if hashlib.sha256(file).hexdigest() != statement.price_table:
        raise NotAsPublished("This is not the table of prices that the receipt names.")
    table = PriceTable.verify(file)
    if statement.node != table.node:
        raise NotAsPublished("The receipt is of one node, and its table of prices of another.")
    if statement.price != table.price(statement.model.requested):
        raise NotAsPublished("The receipt charges another price than the table that it names.")
    if not _is_at_rate(statement.payment, statement.cost, table.opg):
        raise NotAsPublished("The receipt charges another amount than its cost comes to at the table's rate.")
    return table


def _is_at_rate(payment: PaymentClaim, cost: int, rate: Rate | None) -> bool:
    """Whether what was charged follows from the cost. By `exact` the whole of what was signed is charged, if it covers
    the cost; in micro-USD the statement itself holds the two equal.
    """
    if payment.asset == MICRO_USD:
        return True
    if rate is None or payment.asset != rate.asset:
        return False
    due = rate.units(cost)
    return payment.amount >= due if payment.rail == EXACT else payment.amount == due


def _row(listed: ListedPrice) -> dict[str, Any]:
    return {
        **listed.price.to_json(),
        "also": list(listed.also),
        "as_of": None if listed.as_of is None else listed.as_of.isoformat(),
        "source": listed.source,
    }


def _listed_price(row: Mapping[str, Any]) -> ListedPrice:
    """The caller compares what this writes with what was read."""
    as_of = row["as_of"]
    return ListedPrice(
        Price(count(row["input"]), count(row["output"]), count(row["cached_input"]), count(row["image"])),
        read_text(row["source"]),
        None if as_of is None else date.fromisoformat(read_text(as_of)),
        tuple(map(read_text, row["also"])),
    )
