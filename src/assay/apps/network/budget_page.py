"""``GET /v1/budget``: what somebody who pays here may still spend, as the node counts it.

With an API key, of the account that it opens; with the header ``Assay-Budget: ID``, of a budget that was spent from
here: whoever knows its id has seen it signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from assay.engines.asgi import Scope, Send, respond_json
from assay.errors import AssayError
from assay.services.gateway.asked import credential_of
from assay.services.payments.accounts.rail import AccountRail
from assay.trust.receipts.predicate import MICRO_USD

if TYPE_CHECKING:
    from assay.services.payments.mandates import Mandates  # heavy, and for nodes with a chain only

PATH: Final = "/v1/budget"
HEADER: Final = "assay-budget"


class BudgetNotFound(AssayError):
    """Nothing was ever paid here out of this budget."""

    code = "budget_not_found"
    hint = "send an API key, or the id of a budget (`assay budget show`) out of which a call was paid here"


class BudgetPage:
    """Tells who asks what is left."""

    def __init__(self, accounts: AccountRail, mandates: Mandates | None) -> None:
        """``mandates``: of a node that is paid by signature."""
        self._accounts = accounts
        self._mandates = mandates

    async def serve(self, scope: Scope, send: Send) -> None:
        """Raises `BudgetNotFound` or `CredentialRefused`."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        budget = headers.get(HEADER)
        told = await self._account(credential_of(headers)) if budget is None else self._budget(budget)
        await respond_json(send, 200, told, [(b"cache-control", b"private, no-store")])

    async def _account(self, credential: str) -> dict[str, Any]:
        left = await self._accounts.left(credential)
        return {
            "asset": MICRO_USD,
            "account": str(left.account),
            "left": _text(left.total),
            "left_today": _text(left.day),
            "next_call": str(left.call),
        }

    def _budget(self, id: str) -> dict[str, Any]:
        known = None if self._mandates is None else self._mandates.spent(id.lower())
        if known is None or self._mandates is None:
            raise BudgetNotFound("Nothing was paid here out of this budget.")
        mandate, spent = known
        budget = mandate.budget
        return {
            "asset": budget.asset,
            "id": mandate.id,
            "total": str(budget.total),
            "left": str(max(0, budget.total - spent.total)),
            "left_today": str(max(0, budget.per_day - spent.day)),
            "next_call": str(budget.left(spent)),
            "expiry": budget.expiry,
            "revoked": self._mandates.is_revoked(mandate),
        }


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(amount)
