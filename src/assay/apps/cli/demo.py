"""The one call that `assay up --demo` makes, to show a receipt being checked."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from assay.apps.cli.verdicts import show_verdict
from assay.apps.client.answer import AnswerStream
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import ReceiptStore
from assay.trust.receipts.verdict import Verdict
from assay.trust.receipts.verify import verify

MODEL = "smollm2-135m"
PROMPT = "Write one short sentence about honesty."


def make_one_call() -> Verdict:
    """Ask the local model, print its answer as it verifies, then check the complete bundle once more offline."""
    policy, store = load_policy(), ReceiptStore.find()
    click.echo(f"\n{click.style('you', bold=True)}    {PROMPT}")
    click.echo(f"{click.style('model', bold=True)}  ", nl=False)
    with Client(policy=policy, store=store) as client:
        stream = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": PROMPT}],
            temperature=0,
            max_completion_tokens=60,
            stream=True,
        )
        assert isinstance(stream, AnswerStream)
        for piece in stream.text:
            click.echo(piece, nl=False)
        bundle = stream.bundle(complete=True)
    name = store.save(bundle)
    verdict = verify(bundle, policy, datetime.now(UTC))
    click.echo(f"\n\nreceipt {name}")
    show_verdict(verdict, policy.floor)
    click.echo(f"  kept in {store.path(name)}")
    click.echo(f"  ({MODEL} is a demonstration: it proves the pipeline, not its wisdom)")
    return verdict
