"""`assay chat`: ask, and read only what verified."""

from __future__ import annotations

import base64
import json
import mimetypes
import sys
from pathlib import Path
from typing import Any

import click

from assay.apps.client.answer import AnswerStream
from assay.apps.client.client import Client
from assay.apps.client.environment import load_policy
from assay.apps.client.store import ReceiptStore
from assay.trust.receipts.output import output_digest

DEFAULT_MODEL = "smollm2-135m"


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("--model", "-m", default=DEFAULT_MODEL, show_default=True, help="`assay models` lists them.")
@click.option("--system", "-s", help="What the model should be told first.")
@click.option(
    "--image", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Show the model a picture."
)
@click.option("--max-tokens", type=int, help="Longest answer.")
@click.option("--temperature", type=float, help="0 repeats itself on local models.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print text, level, checks, receipt, usage and cost as JSON."
)
@click.option("--provisional", is_flag=True, help="Show text BEFORE it is verified.")
def chat(
    prompt: tuple[str, ...],
    model: str,
    system: str | None,
    image: Path | None,
    max_tokens: int | None,
    temperature: float | None,
    as_json: bool,
    provisional: bool,
) -> None:
    """Ask PROMPT (or standard input); without one, talk until you leave with Ctrl-D."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    parameters = {"max_completion_tokens": max_tokens, "temperature": temperature}
    asked = {name: value for name, value in parameters.items() if value is not None}
    with Client(policy=load_policy(), provisional=provisional, store=ReceiptStore.find()) as client:
        if not prompt and sys.stdin.isatty():
            _talk(client, messages, {"model": model, **asked})
            return
        text = " ".join(prompt) if prompt and prompt != ("-",) else sys.stdin.read()
        messages.append({"role": "user", "content": _content(text, image)})
        _ask(client, {"model": model, "messages": messages, **asked}, as_json=as_json)


def _talk(client: Client, messages: list[dict[str, Any]], asked: dict[str, Any]) -> None:
    while True:
        try:
            text = click.prompt(">", prompt_suffix=" ")
        except click.Abort:
            click.echo()
            return
        messages.append({"role": "user", "content": text})
        answer = _ask(client, {**asked, "messages": messages}, as_json=False)
        messages.append({"role": "assistant", "content": answer})


def _ask(client: Client, asked: dict[str, Any], *, as_json: bool) -> str:
    stream = client.chat.completions.create(stream=True, **asked)
    assert isinstance(stream, AnswerStream)
    pieces = []
    for piece in stream.text:
        pieces.append(piece)
        if not as_json:
            click.echo(piece, nl=False)
    text = "".join(pieces)
    if as_json:
        click.echo(json.dumps(_report(text, stream)))
    else:
        click.echo()
        click.echo(click.style(_footnote(stream), dim=True), err=True)
    return text


def _footnote(stream: AnswerStream) -> str:
    statement = stream.receipt.statement
    cost = f"{statement.cost} µUSD" if statement.cost else "free"
    return (
        f"{stream.verdict.level.value} · {statement.model.served} · {cost} · receipt {stream.receipt.id[:16]}"
    )


def _report(text: str, stream: AnswerStream) -> dict[str, Any]:
    statement, bundle = stream.receipt.statement, stream.bundle()
    assert bundle.answer is not None
    return {
        "text": text,
        "model": statement.model.served,
        **stream.verdict.to_json(),
        "receipt_id": stream.receipt.id,
        "output_sha256": output_digest(statement.operation, bundle.answer, streamed=True),
        "determinism": statement.engine.determinism,
        "usage": statement.usage.to_json(),
        "cost_micro_usd": statement.cost,
    }


def _content(text: str, image: Path | None) -> str | list[dict[str, Any]]:
    if image is None:
        return text
    kind = mimetypes.guess_type(image.name)[0] or "application/octet-stream"
    url = f"data:{kind};base64,{base64.b64encode(image.read_bytes()).decode()}"
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]
