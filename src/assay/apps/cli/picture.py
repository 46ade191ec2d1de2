"""A receipt as people look at it: one call on its way from the question to the answer, and what stands behind it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

import click

from assay.apps.cli.content import question_text, said_text
from assay.apps.cli.marks import Mark
from assay.apps.cli.paid import spell_cost
from assay.errors import FormatError
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.predicate import AttachmentClaim
from assay.trust.receipts.settlement import SettlementProof
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.transparency.proof import LogProof

_MARGIN = 12
_MOST_LINES = 6
"""Of a text; the bundle holds all of it."""

_LINE = "│".rjust(6)
_ARROW = "▼".rjust(6)


def draw(bundle: Bundle) -> Iterator[str]:
    """The lines of the picture. Raises `FormatError` for a damaged bundle."""
    envelope = Envelope.from_bytes(bundle.receipt)
    statement = Statement.from_bytes(envelope.payload)
    yield f"receipt {receipt_id(envelope.payload)}"
    yield ""
    yield from _question(statement, bundle)
    yield _ARROW
    yield _row("node", f"{envelope.key_id[:16]}, {statement.issued_at:%Y-%m-%d %H:%M:%S} UTC")
    yield from _way(statement)
    yield _ARROW
    yield from _answer(statement, bundle)
    yield ""
    yield from _worth(statement, bundle)


def _question(statement: Statement, bundle: Bundle) -> Iterator[str]:
    yield _row("asked", f"{statement.operation} of {statement.model.requested}")
    yield from _quoted(question_text(statement, bundle), _LINE)
    yield _row("", ", ".join(sorted(statement.request.fields)), _LINE)
    yield from _attachments(statement.request.attachments, _LINE)


def _way(statement: Statement) -> Iterator[str]:
    upstream, engine = statement.upstream, statement.engine
    if upstream.operation != statement.operation:
        yield _row("", f"translated to {upstream.operation}", _LINE)
    for attempt in upstream.attempts:
        mark = Mark.GOOD if attempt.result == "answered" else Mark.BAD
        yield _row("", f"{mark} {attempt.provider}:{attempt.model}  {attempt.result}", _LINE)
    repeats = "repeats exactly" if engine.determinism == "exact" else "need not repeat"
    yield _row("", f"{engine.name} {engine.build}, {repeats}", _LINE)


def _answer(statement: Statement, bundle: Bundle) -> Iterator[str]:
    answer = statement.answer
    form = f"a stream of {answer.chunks} chunks" if answer.stream else "in one piece"
    yield _row("answered", f"{answer.outcome.value}, {form}, by {statement.model.served}")
    yield from _quoted(said_text(statement, bundle), "")
    yield from _attachments(answer.attachments, "")


def _worth(statement: Statement, bundle: Bundle) -> Iterator[str]:
    usage = statement.usage
    images = f", {usage.images} images" if usage.images else ""
    cached = f" ({usage.cached_input_tokens} cached)" if usage.cached_input_tokens else ""
    tokens = f"{usage.input_tokens}{cached} + {usage.output_tokens} tokens"
    yield _row("used", f"{tokens}{images}, counted by the {usage.source}")
    capped = ", all that was reserved; the rest is not charged" if statement.payment.capped else ""
    yield _row("cost", f"{spell_cost(statement)}{capped}")
    for claim in statement.evidence:
        kept = "kept" if claim.sha256 in bundle.evidence else "not in the bundle"
        yield _row("evidence", f"{claim.type} {claim.sha256[:16]}, {kept}")
    yield _row("log", _place(bundle))
    if bundle.settlement is not None:
        settled = SettlementProof.from_bytes(bundle.settlement)
        yield _row("settled", f"by transaction 0x{settled.transaction.hex()} on chain {settled.chain_id}")


def _place(bundle: Bundle) -> str:
    if bundle.proof is None:
        return "proof pending; `assay receipts export` asks for it"
    try:
        return f"entry {LogProof.decode(bundle.proof).index}, proof kept"
    except FormatError:
        return "the proof is damaged"


def _attachments(claims: tuple[AttachmentClaim, ...], line: str) -> Iterator[str]:
    for claim in claims:
        covered = "content" if claim.inline else "address only"
        yield _row("", f"attachment {claim.pointer} ({covered})", line)


def _quoted(text: str, line: str) -> Iterator[str]:
    width = max(shutil.get_terminal_size().columns - _MARGIN - 2, 20)
    wrapped = textwrap.wrap(text, width, max_lines=_MOST_LINES, placeholder=" …")
    return (_row("", click.style(part, italic=True), line) for part in wrapped)


def _row(label: str, text: str, line: str = "") -> str:
    label = click.style(label.rjust(_MARGIN - 2), bold=True) if label else line.ljust(_MARGIN - 2)
    return f"{label}  {text}"
