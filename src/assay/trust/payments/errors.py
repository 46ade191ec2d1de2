"""Why a budget lets a call not pass, and why a budget is none."""

from __future__ import annotations

from assay.trust.metering import PaymentError


class BudgetRefused(PaymentError):
    """The budget does not allow this call."""

    code = "budget_refused"
    hint = "assay budget show NAME"


class BudgetExceeded(BudgetRefused):
    """The call may come to more than the budget has left. ``left``: the most that one may come to now, in units."""

    code = "budget_exceeded"
    hint = "ask for fewer tokens (`max_tokens`), choose a cheaper model, or sign a larger budget: assay budget new"

    def __init__(self, message: str, left: int) -> None:
        super().__init__(message)
        self.left = left


class PerCallExceeded(BudgetExceeded):
    """The call may come to more than the budget allows for one."""

    code = "budget_per_call_exceeded"


class PerDayExceeded(BudgetExceeded):
    """The call may come to more than the budget has left for today (UTC)."""

    code = "budget_per_day_exceeded"
    hint = "wait for the next day (UTC), ask for fewer tokens (`max_tokens`), or sign a larger budget"


class TotalExceeded(BudgetExceeded):
    """The call may come to more than the budget has left in all."""

    code = "budget_total_exceeded"


class BudgetExpired(BudgetRefused):
    """The budget's time is over."""

    code = "budget_expired"
    hint = "sign another one: assay budget new"


class ModelNotInBudget(BudgetRefused):
    """The budget is not for this model."""

    code = "budget_model_refused"


class HostNotInBudget(BudgetRefused):
    """The budget is not for this host."""

    code = "budget_host_refused"


class BudgetRevoked(BudgetRefused):
    """The budget, or one above it, was taken back."""

    code = "budget_revoked"
    hint = "sign another one: assay budget new"


class BudgetUnproven(BudgetRefused):
    """Nobody who may has signed this budget, or it allows more than the one above it."""

    code = "budget_unproven"
    hint = "a sub-budget is signed by the agent of the one above it, and can only narrow that"
