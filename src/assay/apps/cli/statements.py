"""A statement as people read it: one call on its way, from the question to the price."""

from __future__ import annotations

import click

from assay.trust.receipts.predicate import AttemptClaim
from assay.trust.receipts.statement import Statement, receipt_id


def show_statement(statement: Statement) -> None:
    """Draw what the statement claims."""
    request, answer, usage = statement.request, statement.answer, statement.usage
    click.echo(f"receipt {receipt_id(statement.to_bytes())}\n")
    _draw("asked", f"{statement.operation}, model {statement.model.requested}")
    _draw("", f"{', '.join(sorted(request.fields)) or 'no members'} (committed to, not shown)")
    for attachment in request.attachments:
        covered = "content" if attachment.inline else "address only"
        _draw("", f"attachment at {attachment.pointer} ({covered})")
    _arrow()
    _draw("node", f"{statement.node[:16]}, {statement.issued_at.isoformat(timespec='milliseconds')}")
    _arrow()
    for attempt in statement.upstream.attempts:
        _draw("tried", _attempt(attempt))
    if statement.upstream.operation != statement.operation:
        _draw("", f"translated to {statement.upstream.operation}")
    _draw(
        "engine",
        f"{statement.engine.name} {statement.engine.build}, determinism {statement.engine.determinism}",
    )
    _arrow()
    form = f"stream of {answer.chunks} chunks" if answer.stream else "whole body"
    _draw("answered", f"{answer.outcome.value}, {form}, by {statement.model.served}")
    tokens = f"{usage.input_tokens} in ({usage.cached_input_tokens} cached), {usage.output_tokens} out"
    _draw(
        "used",
        f"{tokens}, counted by the {usage.source}" + (f", {usage.images} images" if usage.images else ""),
    )
    _draw("cost", f"{statement.cost} µUSD, paid by {statement.payment.rail}")
    for item in statement.evidence:
        _draw("evidence", f"{item.type} {item.sha256[:16]}")


def _draw(label: str, text: str) -> None:
    click.echo(f"  {click.style(label.rjust(9), bold=True)}  {text}")


def _arrow() -> None:
    click.echo(f"  {'↓':>9}")


def _attempt(attempt: AttemptClaim) -> str:
    return f"{attempt.provider}:{attempt.model} — {attempt.result}"
