"""`assay prices`: what the gateway charges, on whose word, and since when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256

import click

from assay.apps.cli.durations import spell
from assay.apps.cli.money import spell_price, spell_rate
from assay.apps.cli.table import format_table
from assay.apps.client.environment import Environment, load_policy
from assay.apps.client.prices import prices_in_force, prices_named
from assay.apps.client.store import ReceiptStore
from assay.trust.envelope import Envelope
from assay.trust.receipts.price_table import ListedPrice, PriceTable, check_published
from assay.trust.receipts.statement import Statement


@click.command()
@click.option("--receipt", metavar="ID", help="Check the price of a kept receipt against the table it names.")
@click.option("--json", "as_json", is_flag=True, help="Print the signed table, and its digest.")
def prices(receipt: str | None, as_json: bool) -> None:
    """Show what the gateway charges: its signed table, with the source and the age of every price."""
    url = Environment.load().openai_base_url
    if receipt is None:
        file = prices_in_force(url)
        table, shown = PriceTable.verify(file), None
    else:
        statement = _kept(receipt)
        file = prices_named(url, statement.price_table)
        table, shown = check_published(statement, file), statement.model.requested
    digest = sha256(file).hexdigest()
    if as_json:
        click.echo(json.dumps({"sha256": digest, "signed": json.loads(file), "table": table.to_json()}))
        return
    believed = "" if table.node in load_policy().nodes else ", whom this machine does not believe"
    click.echo(f"table  {digest}\nnode   {table.node}{believed}")
    if table.opg is not None:
        click.echo(f"opg    {spell_rate(table.opg)}")
    if shown is None:
        click.echo("\n".join(_by_source(table.prices, datetime.now(UTC).date())))
    else:
        click.echo(f"asked  {shown}, charged {spell_price(table.price(shown))}: as published")


def _kept(receipt: str) -> Statement:
    bundle = ReceiptStore.find().get(receipt)
    return Statement.from_bytes(Envelope.from_bytes(bundle.receipt).payload)


def _by_source(listed: Mapping[str, ListedPrice], today: date) -> Iterator[str]:
    """A list for each source and day, in the order of the table."""
    for source, as_of in dict.fromkeys((each.source, each.as_of) for each in listed.values()):
        rows = [
            (model, spell_price(each.price))
            for model, each in listed.items()
            if (each.source, each.as_of) == (source, as_of)
        ]
        yield f"\n{click.style(source, bold=True)}, {_age(as_of, today)}"
        yield format_table(("MODEL", "USD PER MILLION TOKENS IN / OUT"), rows)


def _age(as_of: date | None, today: date) -> str:
    if as_of is None:
        return "of no known date"
    age = today - as_of
    return f"as of {as_of}, " + (f"{spell(age.total_seconds())} ago" if age.days > 0 else "today")
