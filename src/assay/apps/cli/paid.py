"""What a call cost and who paid it, and what that leaves, for people."""

from __future__ import annotations

from assay.apps.cli.bar import draw
from assay.apps.client.paying.remaining import Remaining
from assay.trust.payments.asset import spell
from assay.trust.receipts.predicate import MICRO_USD
from assay.trust.receipts.statement import Statement


def spell_cost(statement: Statement) -> str:
    """``0.000013 USD, 0.00013 OPG by upto``: the cost, and what was taken for it in another asset."""
    payment = statement.payment
    if not statement.cost and not payment.amount:
        return "free"
    usd = f"{statement.cost / 1e6:f} USD"
    if payment.asset == MICRO_USD:
        return f"{usd} by {payment.rail}"
    return f"{usd}, {spell(payment.amount, payment.asset)} by {payment.rail}"


def spell_left(remaining: Remaining) -> str:
    """``budget ████████░░ 4.1 OPG of 5 OPG left``."""
    budget = remaining.budget
    left, total = spell(remaining.left, budget.asset), spell(budget.total, budget.asset)
    return f"budget {draw(remaining.left, budget.total)} {left} of {total} left"
