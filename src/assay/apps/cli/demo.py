"""The one call that `assay up --demo` makes, to show a receipt being checked."""

from __future__ import annotations

import time
from pathlib import Path

import click

from assay.apps.cli.answering import Asker
from assay.apps.cli.paid import spell_cost, spell_left
from assay.apps.cli.verdicts import show_verdict
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import ReceiptStore
from assay.engines.inference.local.carried import LANGUAGE
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.settlement import SettlementProof

_SETTLING_S = 10.0
_PAUSE_S = 0.2
PROMPT = "Write one short sentence about honesty."
_LONGEST = 60
"""Tokens."""


def make_one_call(budget: Path | None) -> None:
    """Ask the local model, print its answer as it verifies, then what checking the kept bundle says, and who paid.

    ``budget``: out of which to pay; without one, the account of this machine does.
    """
    policy, store = load_policy(), ReceiptStore.find()
    click.echo(f"\n{click.style('you', bold=True)}    {PROMPT}")
    click.echo(f"{click.style('model', bold=True)}  ", nl=False)
    asked = {
        "model": LANGUAGE,
        "messages": [{"role": "user", "content": PROMPT}],
        "temperature": 0,
        "max_completion_tokens": _LONGEST,
    }
    with Client(policy=policy, budget=budget, store=store) as client:
        told = Asker(client, store, policy).ask(lambda piece: click.echo(piece, nl=False), asked)
        click.echo("\n")
        show_verdict(told.verdict, policy.floor)
        click.echo(f"\n  cost     {spell_cost(told.statement)}")
        if told.remaining is not None:
            click.echo(f"  {spell_left(told.remaining)}")
            click.echo(f"  settled  {_settled(client, told.bundle)}")
    click.echo(f"\n  kept in {store.path(told.receipt_id)}")
    click.echo(f"  ({LANGUAGE} is a demonstration: it proves the pipeline, not its wisdom)")


def _settled(client: Client, bundle: Bundle) -> str:
    """By which transaction, as soon as that is in a block: receipts settle in batches, a moment after the call."""
    deadline = time.monotonic() + _SETTLING_S
    while bundle.settlement is None and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        bundle = client.complete(bundle)
    if bundle.settlement is None:
        return "not yet; `assay receipts export` asks for it"
    proof = SettlementProof.from_bytes(bundle.settlement)
    return f"chain {proof.chain_id}, transaction 0x{proof.transaction.hex()}"
