"""`assay receipts`: the receipts that this machine keeps."""

from __future__ import annotations

from pathlib import Path

import click

from assay.apps.cli.disclosure import disclosing, without_content
from assay.apps.cli.files import write_file
from assay.apps.cli.picture import draw
from assay.apps.cli.table import format_table
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import SUFFIX, Kept, ReceiptStore
from assay.errors import AssayError
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle


@click.group()
def receipts() -> None:
    """List, show and export the receipts kept in $ASSAY_HOME/receipts."""


@receipts.command("ls")
def list_() -> None:
    """List receipts, newest first."""
    kept = ReceiptStore.find().list()
    if not kept:
        click.echo("No receipts yet. `assay chat` makes one.")
        return
    click.echo(
        format_table(("RECEIPT", "ISSUED (UTC)", "MODEL", "OUTCOME", "MICRO-USD", "LOG"), map(_row, kept))
    )


@receipts.command()
@click.argument("receipt_id")
@click.option("--json", "as_json", is_flag=True, help="Print the signed statement itself.")
def show(receipt_id: str, as_json: bool) -> None:
    """Show one call; the first characters of RECEIPT_ID are enough."""
    bundle = ReceiptStore.find().get(receipt_id)
    if as_json:
        click.echo(Envelope.from_bytes(bundle.receipt).payload)
    else:
        click.echo("\n".join(draw(bundle)))


@receipts.command()
@click.argument("receipt_id")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: ID.assay here.")
@click.option("--private", is_flag=True, help="Leave question, answer and salts out.")
@click.option(
    "--disclose",
    metavar="FIELD,...",
    help="As --private, but reveal these members of the request, as in model,seed.",
)
def export(receipt_id: str, output: Path | None, private: bool, disclose: str | None) -> None:
    """Write a bundle, complete with log proof and evidence, for `assay verify` on any machine."""
    store = ReceiptStore.find()
    name = store.find_id(receipt_id)
    bundle = _completed(store, name)
    if disclose is not None:
        bundle = disclosing(bundle, disclose.split(","))
    elif private:
        bundle = without_content(bundle)
    target = output or Path(f"{name[:16]}{SUFFIX}")
    write_file(target, bundle.to_bytes())
    held = "question and answer included" if bundle.request else "without question and answer"
    click.echo(f"{target} ({held})")


def _completed(store: ReceiptStore, name: str) -> Bundle:
    """The kept bundle with its proofs, the log's and a chain's: what is missing is fetched, if a gateway answers."""
    bundle = store.get(name)
    if bundle.proof is None or bundle.settlement is None:
        try:
            with Client(policy=load_policy()) as client:
                bundle = client.complete(bundle, timeout=5)
            store.save(bundle)
        except AssayError as error:
            if bundle.proof is None:
                click.echo(f"without log proof: {error.message}", err=True)
    return bundle


def _row(kept: Kept) -> tuple[str, ...]:
    statement = kept.statement
    return (
        kept.id[:16],
        statement.issued_at.strftime("%Y-%m-%d %H:%M:%S"),
        statement.model.served,
        statement.answer.outcome.value,
        str(statement.cost),
        "proof" if kept.logged else "pending",
    )
