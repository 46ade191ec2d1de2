"""`assay models`: what can be called here, and what it costs."""

from __future__ import annotations

import json
from typing import Any

import click

from assay.apps.cli.money import spell_price
from assay.apps.cli.table import format_table
from assay.apps.client.client import Client
from assay.trust.receipts.predicate import Price


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the gateway's own listing.")
def models(as_json: bool) -> None:
    """List the models of the gateway with their prices."""
    with Client() as client:
        listing = client.models.list().to_json()
    if as_json:
        click.echo(json.dumps(listing))
        return
    head = ("MODEL", "PROVIDERS", "USD PER MILLION TOKENS IN / OUT", "CONTEXT", "NOTE")
    click.echo(format_table(head, map(_row, listing["data"])))


def _row(model: dict[str, Any]) -> tuple[str, ...]:
    name, context = model["id"], model.get("context_window")
    return (
        name,
        ", ".join(target.partition(":")[0] for target in model.get("targets", ())),
        _price(model.get("price_micro_usd")),
        str(context or ""),
        # The dialects have no member for a label: it stands behind the name, in parentheses.
        model["display_name"].removeprefix(name).strip(" ()"),
    )


def _price(price: dict[str, int] | None) -> str:
    return "not charged" if price is None else spell_price(Price(**price))
