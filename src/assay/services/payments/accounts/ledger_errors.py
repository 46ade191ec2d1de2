"""What the ledger does not do for its operator."""

from __future__ import annotations

from assay.errors import ConfigError


class LedgerError(ConfigError):
    """The ledger does not do what it was told."""

    code = "ledger_error"


class AccountUnknown(LedgerError):
    """No account or member of this name."""

    code = "account_unknown"
    hint = "assay accounts ls"


class AccountExists(LedgerError):
    """An account of this name is there already."""

    code = "account_exists"
    hint = "choose another name; `assay accounts key` makes a key for an account that is there"


class DepositKnown(LedgerError):
    """This payment was booked before; it counts once."""

    code = "deposit_known"
    hint = "assay accounts statement shows where it went"


class InvoiceUnknown(LedgerError):
    """No invoice of this number was sent to this account."""

    code = "invoice_unknown"
    hint = "assay accounts invoice makes one"
