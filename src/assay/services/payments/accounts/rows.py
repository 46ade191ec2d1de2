"""Accounts, members and entries as rows of the ledger's tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assay.engines.storage.tables import Row
from assay.services.payments.accounts.account import Account, Kind, Limits, Line, Member

ACCOUNT = "id, name, kind, balance"
MEMBER = "id, account, name, total, per_day, per_call, models, spent, day, spent_that_day"
"""Columns, in the order in which rows are read and written."""


def to_account(row: Row) -> Account:
    account_id, name, kind, balance = row
    return Account(account_id, name, Kind(kind), balance)


def limits_row(limits: Limits) -> tuple[int | None, int | None, int | None, str]:
    return limits.total, limits.per_day, limits.per_call, json.dumps(limits.models)


def to_member(row: Row) -> Member:
    member_id, account, name, total, per_day, per_call, models, spent, day, spent_that_day = row
    limits = Limits(total, per_day, per_call, tuple(json.loads(models)))
    return Member(member_id, account, name, limits, spent, day, spent_that_day)


def to_line(row: Row) -> Line:
    number, at, kind, reference, member, amount = row
    return Line(number, datetime.fromtimestamp(at, UTC), Kind(kind), reference, member or "", amount)
