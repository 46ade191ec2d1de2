"""`assay receipts`: the receipts that this machine keeps."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
import orjson

from assay.apps.cli.picture import draw
from assay.apps.cli.table import format_table
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import Kept, ReceiptStore
from assay.errors import AssayError
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.canonical import canonicalize
from assay.trust.receipts.commitment import Opening
from assay.trust.receipts.content import field_label
from assay.trust.receipts.envelope import Envelope


class NothingToDisclose(AssayError):
    """The kept bundle does not hold what should be disclosed."""

    code = "nothing_to_disclose"
    hint = "only top-level members of the request can be disclosed, such as model or temperature"


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
    click.echo(format_table(("RECEIPT", "ISSUED (UTC)", "MODEL", "OUTCOME", "µUSD", "LOG"), map(_row, kept)))


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
@click.option("--private", is_flag=True, help="Leave request, answer and salts out.")
@click.option(
    "--disclose", help="With --private: request members to reveal all the same, as in model,temperature."
)
def export(receipt_id: str, output: Path | None, private: bool, disclose: str | None) -> None:
    """Write the bundle of a receipt, complete with log proof and evidence, for `assay verify` anywhere."""
    store = ReceiptStore.find()
    name = store.find_id(receipt_id)
    bundle = _completed(store, name)
    if private or disclose:
        bundle = _private(bundle, [] if disclose is None else disclose.split(","))
    target = output or Path(f"{name[:16]}.assay")
    target.write_bytes(bundle.to_bytes())
    os.chmod(target, 0o600)
    click.echo(f"{target} ({'private' if private or disclose else 'with content'})")


def _completed(store: ReceiptStore, name: str) -> Bundle:
    """The kept bundle with its log proof, which is fetched if it is still missing and a gateway answers."""
    bundle = store.get(name)
    if bundle.proof is None:
        try:
            with Client(policy=load_policy()) as client:
                bundle = client.complete(bundle, timeout=5)
            store.save(bundle)
        except AssayError as error:
            click.echo(f"without log proof: {error.message}", err=True)
    return bundle


def _private(bundle: Bundle, disclosed: list[str]) -> Bundle:
    opening = None
    if disclosed:
        request = orjson.loads(bundle.request or b"{}")
        for member in disclosed:
            if member not in request or bundle.opening is None:
                raise NothingToDisclose(f"The request has no member {member!r} to disclose.")
        assert bundle.opening is not None
        labels = {field_label(member): canonicalize(request[member]) for member in disclosed}
        opening = Opening({label: bundle.opening.salts[label] for label in labels}, labels)
    return replace(bundle, request=None, answer=None, opening=opening)


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
