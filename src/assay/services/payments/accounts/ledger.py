"""The double-entry ledger of accounts, in tables.

Deposits are written at once. Charges are *derived*: each stands in a receipt of the log, so the ledger remembers up to
which log index they have been booked, in the same transaction. Balances and what members have spent are sums over the
entries, kept beside them in the same transaction, too.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from assay.engines.storage.tables import RowExists, Session, Tables
from assay.services.payments.accounts.account import (
    NO_LIMITS,
    Account,
    Charge,
    Holder,
    Invoice,
    Kind,
    Limits,
    Line,
    Member,
)
from assay.services.payments.accounts.booking import book, book_charges
from assay.services.payments.accounts.keys import digest, new_key
from assay.services.payments.accounts.ledger_errors import (
    AccountExists,
    AccountUnknown,
    DepositKnown,
    InvoiceUnknown,
)
from assay.services.payments.accounts.rows import (
    ACCOUNT,
    MEMBER,
    limits_row,
    to_account,
    to_line,
    to_member,
)
from assay.trust.payments.asset import AmountInvalid

OWNER = "owner"
"""The member that every account begins with."""


class Ledger:
    """Accounts, members and keys. Several processes may use the same tables.

    Every method raises `assay.engines.storage.errors.TablesUnavailable` when it did nothing.
    """

    def __init__(self, tables: Tables) -> None:
        """``tables``: of `assay.services.payments.accounts.schema.SCHEMA`."""
        self._tables = tables

    async def open_account(self, name: str) -> Account:
        """A customer's account with nothing in it, and its owner as a member. Raises `AccountExists`."""
        account = Account(secrets.token_hex(8), name, Kind.CUSTOMER, 0)
        try:
            async with self._tables.transaction() as session:
                await session.run(
                    f"INSERT INTO account ({ACCOUNT}) VALUES ($1, $2, $3, 0)",  # noqa: S608 - our own names
                    account.id,
                    account.name,
                    account.kind.value,
                )
                await _add_member(session, account.id, OWNER, NO_LIMITS)
        except RowExists:
            raise AccountExists(f"There is an account {name} already.") from None
        return account

    async def accounts(self) -> list[Account]:
        """All of them by their names, the house's included."""
        async with self._tables.reading() as session:
            rows = await session.rows(f"SELECT {ACCOUNT} FROM account ORDER BY name")  # noqa: S608
        return [to_account(row) for row in rows]

    async def account(self, name: str) -> Account:
        """A customer's account. Raises `AccountUnknown`."""
        async with self._tables.reading() as session:
            row = await session.row(
                f"SELECT {ACCOUNT} FROM account WHERE name = $1 AND kind = $2",  # noqa: S608
                name,
                Kind.CUSTOMER.value,
            )
        if row is None:
            raise AccountUnknown(f"There is no account {name}.")
        return to_account(row)

    async def members(self, account: Account) -> list[Member]:
        """Who may spend out of an account, by name."""
        async with self._tables.reading() as session:
            rows = await session.rows(
                f"SELECT {MEMBER} FROM member WHERE account = $1 ORDER BY name",  # noqa: S608
                account.id,
            )
        return [to_member(row) for row in rows]

    async def let_spend(self, account: Account, name: str, limits: Limits) -> None:
        """Let somebody spend out of an account, within these limits from now on."""
        async with self._tables.transaction() as session:
            row = await session.row(
                "UPDATE member SET total = $3, per_day = $4, per_call = $5, models = $6"
                " WHERE account = $1 AND name = $2 RETURNING id",
                account.id,
                name,
                *limits_row(limits),
            )
            if row is None:
                await _add_member(session, account.id, name, limits)

    async def issue_key(self, account: Account, name: str = OWNER, *, only: bool = False) -> str:
        """A new API key for a member, which is shown only here; with ``only`` his others open nothing any more.

        Raises `AccountUnknown` if there is no such member.
        """
        key = new_key()
        async with self._tables.transaction(durable=True) as session:
            row = await session.row(
                "SELECT id FROM member WHERE account = $1 AND name = $2", account.id, name
            )
            if row is None:
                raise AccountUnknown(f"The account {account.name} has no member {name}.")
            if only:
                await session.run("DELETE FROM access_key WHERE member = $1", row[0])
            await session.run("INSERT INTO access_key VALUES ($1, $2)", digest(key), row[0])
        return key

    async def holder_of(self, key: str) -> Holder | None:
        """Whom a key belongs to; None for a key that opens nothing."""
        return await self._holder("JOIN access_key k ON k.member = m.id WHERE k.digest = $1", digest(key))

    async def holder_named(self, account: str, member: str) -> Holder | None:
        """A member by the names of his account and of himself."""
        return await self._holder("WHERE a.name = $1 AND m.name = $2", account, member)

    async def deposit(
        self, account: Account, amount: int, origin: Kind, reference: str, at: datetime
    ) -> None:
        """Book money that was paid in. ``reference``: what names the payment where it comes from.

        Raises `AmountInvalid`, and `DepositKnown` if the same payment was booked before.
        """
        _check(amount)
        try:
            async with self._tables.transaction(durable=True) as session:
                entries = [(account.id, "", amount), (origin.value, "", -amount)]
                await book(session, at, origin, reference, entries)
        except RowExists:
            raise DepositKnown(f"{reference} was booked before.") from None

    async def invoice(self, account: Account, amount: int, at: datetime) -> Invoice:
        """Ask for money. Raises `AmountInvalid`."""
        _check(amount)
        async with self._tables.transaction(durable=True) as session:
            row = await session.row(
                "INSERT INTO invoice (account, amount, at) VALUES ($1, $2, $3) RETURNING number",
                account.id,
                amount,
                int(at.timestamp()),
            )
        assert row is not None
        return Invoice(row[0], account.id, amount)

    async def pay_invoice(self, account: Account, number: int, at: datetime) -> Invoice:
        """Book that an invoice was paid. Raises `InvoiceUnknown` and `DepositKnown`."""
        async with self._tables.reading() as session:
            row = await session.row(
                "SELECT number, account, amount FROM invoice WHERE number = $1 AND account = $2",
                number,
                account.id,
            )
        if row is None:
            raise InvoiceUnknown(f"No invoice {number} was sent to {account.name}.")
        invoice = Invoice(*row)
        await self.deposit(account, invoice.amount, Kind.CASH, f"invoice {number}", at)
        return invoice

    async def charge(self, charges: Sequence[Charge], next_index: int, at: datetime) -> None:
        """Book what receipts below ``next_index`` charge. Done twice, it counts once.

        Members that the ledger does not know are passed over.
        """
        async with self._tables.transaction() as session:
            row = await session.row("UPDATE accounts_charged SET one = 1 RETURNING next_index")
            assert row is not None
            (first,) = row
            if next_index <= first:
                return
            costs: Counter[str] = Counter()
            for charge in charges:
                if charge.index >= first:
                    costs[charge.member] += charge.cost
            await book_charges(session, costs, at, f"receipts {first} to {next_index - 1}")
            await session.run("UPDATE accounts_charged SET next_index = $1", next_index)

    async def next_index(self) -> int:
        """The first log index whose charge is not booked."""
        async with self._tables.reading() as session:
            row = await session.row("SELECT next_index FROM accounts_charged")
        assert row is not None
        return int(row[0])

    async def statement(self, account: Account) -> list[Line]:
        """Every entry of an account, the oldest first."""
        async with self._tables.reading() as session:
            rows = await session.rows(
                "SELECT b.number, b.at, b.kind, b.reference, m.name, e.amount FROM entry e"
                " JOIN booking b ON b.number = e.booking LEFT JOIN member m ON m.id = e.member"
                " WHERE e.account = $1 ORDER BY b.number, m.name",
                account.id,
            )
        return [to_line(row) for row in rows]

    async def aclose(self) -> None:
        """Give files and connections back."""
        await self._tables.aclose()

    async def _holder(self, condition: str, *values: str) -> Holder | None:
        columns = ", ".join(f"m.{column}" for column in MEMBER.split(", "))
        async with self._tables.reading() as session:
            row = await session.row(
                f"SELECT a.balance, {columns} FROM member m JOIN account a ON a.id = m.account {condition}",  # noqa: S608
                *values,
            )
        return None if row is None else Holder(to_member(row[1:]), row[0])


async def _add_member(session: Session, account: str, name: str, limits: Limits) -> None:
    await session.run(
        f"INSERT INTO member ({MEMBER}) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', 0)",  # noqa: S608 - our own names
        secrets.token_hex(8),
        account,
        name,
        *limits_row(limits),
    )


def _check(amount: int) -> None:
    if amount <= 0:
        raise AmountInvalid("An amount of money is above zero.")
