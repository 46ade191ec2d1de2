"""`assay chat`: ask, and read only what verified."""

from __future__ import annotations

import base64
import json
import mimetypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assay.apps.cli.answering import Asker, Told
from assay.apps.cli.budgeted import budget_option
from assay.apps.cli.files import read_file
from assay.apps.cli.paid import spell_cost, spell_left
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import ReceiptStore
from assay.engines.inference.local.carried import LANGUAGE
from assay.trust.receipts.output import output_digest


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("--model", "-m", default=LANGUAGE, show_default=True, help="`assay models` lists them.")
@click.option("--system", "-s", help="What the model is told first.")
@click.option("--image", type=click.Path(path_type=Path), help="Show the model a picture.")
@click.option("--max-tokens", type=int, help="Length of the answer at most.")
@click.option("--temperature", type=float, help="With 0, local models repeat themselves exactly.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print text, verdict, receipt id, usage and cost as JSON."
)
@budget_option
@click.option("--provisional", is_flag=True, help="Show text BEFORE it is verified.")
def chat(
    prompt: tuple[str, ...],
    model: str,
    system: str | None,
    image: Path | None,
    max_tokens: int | None,
    temperature: float | None,
    as_json: bool,
    budget: Path | None,
    provisional: bool,
) -> None:
    """Ask PROMPT, or what standard input says; at a terminal without PROMPT, talk until Ctrl-D.

    Every answer's receipt is kept in $ASSAY_HOME/receipts.
    """
    parameters = {"model": model, "max_completion_tokens": max_tokens, "temperature": temperature}
    asked = {name: value for name, value in parameters.items() if value is not None}
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    policy, store = load_policy(), ReceiptStore.find()
    with Client(policy=policy, budget=budget, provisional=provisional, store=store) as client:
        asker = Asker(client, store, policy)
        if not prompt and sys.stdin.isatty():
            _talk(asker, messages, asked)
            return
        messages.append({"role": "user", "content": _content(_text(prompt), image)})
        if as_json:
            told = asker.ask(lambda piece: None, {**asked, "messages": messages})
            click.echo(json.dumps(_report(told)))
        else:
            _ask(asker, {**asked, "messages": messages})


def _talk(asker: Asker, messages: list[dict[str, Any]], asked: dict[str, Any]) -> None:
    while True:
        try:
            text = click.prompt(click.style("you", bold=True), prompt_suffix=" ")
        except click.Abort:
            click.echo()
            return
        messages.append({"role": "user", "content": text})
        told = _ask(asker, {**asked, "messages": messages})
        messages.append({"role": "assistant", "content": told.text})


def _ask(asker: Asker, parameters: dict[str, Any]) -> Told:
    told = asker.ask(lambda piece: click.echo(piece, nl=False), parameters)
    click.echo()
    # Not on standard output: what is piped on is the answer alone.
    for line in _footnotes(told):
        click.echo(click.style(line, dim=True), err=True)
    return told


def _footnotes(told: Told) -> Iterator[str]:
    usage = told.statement.usage
    said = (
        told.verdict.level.value,
        told.statement.model.served,
        f"{usage.input_tokens} + {usage.output_tokens} tokens",
        spell_cost(told.statement),
        f"receipt {told.receipt_id[:16]}",
    )
    yield " · ".join(said)
    if told.remaining is not None:
        yield spell_left(told.remaining)


def _report(told: Told) -> dict[str, Any]:
    statement = told.statement
    assert told.bundle.answer is not None
    return {
        "text": told.text,
        "model": statement.model.served,
        **told.verdict.to_json(),
        "receipt_id": told.receipt_id,
        "output_sha256": output_digest(statement.operation, told.bundle.answer, streamed=True),
        "determinism": statement.engine.determinism,
        "usage": statement.usage.to_json(),
        "cost_micro_usd": statement.cost,
        "payment": statement.payment.to_json(),
        "budget": None if told.remaining is None else told.remaining.to_json(),
    }


def _text(prompt: tuple[str, ...]) -> str:
    text = " ".join(prompt) if prompt and prompt != ("-",) else sys.stdin.read().rstrip("\n")
    if not text:
        raise click.UsageError("There is nothing to ask: PROMPT and standard input are empty.")
    return text


def _content(text: str, image: Path | None) -> str | list[dict[str, Any]]:
    if image is None:
        return text
    kind = mimetypes.guess_type(image.name)[0] or "application/octet-stream"
    url = f"data:{kind};base64,{base64.b64encode(read_file(image)).decode()}"
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]
