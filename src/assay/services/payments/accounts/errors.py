"""Why an account does not pay for a call. No message holds a key or a login."""

from __future__ import annotations

from assay.trust.metering import PaymentError


class LimitReached(PaymentError):
    """The member may not spend that much, whatever is in the account."""

    code = "limit_reached"
    hint = "ask for fewer tokens (`max_tokens`), or whoever holds the account for a higher limit"


class ModelNotAllowed(PaymentError):
    """The member's budget is not for this model."""

    code = "model_not_allowed"


class LoginsUnavailable(PaymentError):
    """Nobody can be let in by a login now: the keys of the issuer cannot be had."""

    code = "logins_unavailable"
    hint = "try again in a minute; API keys work meanwhile"
