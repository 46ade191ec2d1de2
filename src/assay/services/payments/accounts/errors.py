"""What goes wrong with accounts. No message holds a key or a login."""

from __future__ import annotations

from assay.errors import AssayError
from assay.trust.metering import PaymentError


class LimitReached(PaymentError):
    """The member may not spend that much, whatever is in the account."""

    code = "limit_reached"
    hint = "ask for fewer tokens (`max_tokens`), or whoever holds the account for a higher limit"


class ModelNotAllowed(PaymentError):
    """The member's budget is not for this model."""

    code = "model_not_allowed"


class AccountError(AssayError):
    """The ledger does not do what it was told."""

    code = "account_error"


class AccountUnknown(AccountError):
    """No account or member of this name."""

    code = "account_unknown"
    hint = "assay accounts ls"


class AccountExists(AccountError):
    """An account of this name is there already."""

    code = "account_exists"
    hint = "choose another name; `assay accounts key` makes a key for an account that is there"


class DepositKnown(AccountError):
    """This payment was booked before; it counts once."""

    code = "deposit_known"
    hint = "assay accounts statement shows where it went"


class AmountInvalid(AccountError):
    """Deposits and invoices are above zero."""

    code = "amount_invalid"


class InvoiceUnknown(AccountError):
    """No invoice of this number was sent to this account."""

    code = "invoice_unknown"
