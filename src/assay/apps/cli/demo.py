"""The one call that `assay up --demo` makes, to show a receipt being checked."""

from __future__ import annotations

import click

from assay.apps.cli.answering import Asker
from assay.apps.cli.paid import spell_cost, spell_left
from assay.apps.cli.verdicts import show_verdict
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import ReceiptStore
from assay.engines.inference.local.carried import LANGUAGE

PROMPT = "Write one short sentence about honesty."
_LONGEST = 60
"""Tokens."""


def make_one_call() -> None:
    """Ask the local model, print its answer as it verifies, then what checking the kept bundle says."""
    policy, store = load_policy(), ReceiptStore.find()
    click.echo(f"\n{click.style('you', bold=True)}    {PROMPT}")
    click.echo(f"{click.style('model', bold=True)}  ", nl=False)
    asked = {
        "model": LANGUAGE,
        "messages": [{"role": "user", "content": PROMPT}],
        "temperature": 0,
        "max_completion_tokens": _LONGEST,
    }
    with Client(policy=policy, store=store) as client:
        told = Asker(client, store, policy).ask(lambda piece: click.echo(piece, nl=False), asked)
    click.echo("\n")
    show_verdict(told.verdict, policy.floor)
    click.echo(f"\n  cost    {spell_cost(told.statement)}")
    if told.remaining is not None:
        click.echo(f"  {spell_left(told.remaining)}")
    click.echo(f"\n  kept in {store.path(told.receipt_id)}")
    click.echo(f"  ({LANGUAGE} is a demonstration: it proves the pipeline, not its wisdom)")
