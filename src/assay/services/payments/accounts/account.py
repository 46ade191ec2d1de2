"""The words of the ledger. Amounts are micro-USD.

Credits are positive: a customer's balance is what the node owes him, and the house's own accounts are the other side of
it. So every booking comes to zero, and so does the whole ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an account is for. Of each kind but the first there is one account, of that name."""

    CUSTOMER = "customer"
    """Paid in and not spent yet."""
    REVENUE = "revenue"
    """What receipts have charged."""
    CASH = "cash"
    """Paid in by invoice."""
    OPG = "opg"
    """Paid in in OPG."""
    PLAY = "play"
    """Paid in by nobody: it only makes charging real."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the ledger."""

    id: str
    name: str
    kind: Kind
    balance: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a member may spend; None is no limit."""

    total: int | None = None
    """Ever."""
    per_day: int | None = None
    """In a day of UTC."""
    per_call: int | None = None
    models: tuple[str, ...] = ()
    """The only ones that may be called; none named means all."""


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Member:
    """Who may spend out of an account: a person, a team, a program."""

    id: str
    account: str
    """The account's id."""
    name: str
    limits: Limits
    spent: int
    """Ever, as far as it is booked."""
    day: str
    """The last day on which anything was spent, in ISO 8601."""
    spent_that_day: int


@dataclass(frozen=True, slots=True)
class Holder:
    """What a key opens: a member, and the balance of the account that he spends out of."""

    member: Member
    balance: int


@dataclass(frozen=True, slots=True)
class Login:
    """What a login opens, by the names of account and member."""

    account: str
    member: str
    until: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the receipt at an index of the log charges to a member."""

    index: int
    member: str
    cost: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a customer was asked to pay."""

    number: int
    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of an account, as its statement shows it."""

    booking: int
    at: datetime
    kind: Kind
    """Of the account on the other side."""
    reference: str
    """An invoice, a transaction, or which receipts."""
    member: str
    """The member's name, where one spent it."""
    amount: int
