"""An account to begin with: open, funded with play money, and a key to it."""

from __future__ import annotations

import secrets
from datetime import datetime

from assay.services.payments.accounts.account import Kind
from assay.services.payments.accounts.ledger import Ledger


async def open_with_play_money(ledger: Ledger, name: str, amount: int, at: datetime) -> str:
    """Open an account, put ``amount`` micro-USD into it that nobody paid, and return its key.

    Raises `AccountExists`.
    """
    account = await ledger.open_account(name)
    if amount:
        await ledger.deposit(account, amount, Kind.PLAY, secrets.token_hex(8), at)
    return await ledger.issue_key(account)
