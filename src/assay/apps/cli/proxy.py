"""`assay proxy`: verification for programs that can be given nothing but a base URL."""

from __future__ import annotations

import os
from pathlib import Path

import click
import uvicorn

from assay.apps.cli.budgeted import budget_option
from assay.apps.client.environment import Environment, load_policy
from assay.apps.client.passage import utc_now
from assay.apps.client.paying.finding import open_payer
from assay.apps.client.proxy import create_proxy
from assay.apps.client.store import ReceiptStore
from assay.apps.network.address import LOOPBACK, listen, url_of
from assay.apps.network.home import Home


@click.command()
@click.option("--to", "gateway", help="Base URL of the gateway; default: the one `assay up` started.")
@click.option("--port", type=int, default=8403, show_default=True, help="0 for any free one.")
@click.option(
    "--key", envvar="ASSAY_API_KEY", help="Key for the gateway; default with --to: the caller's own."
)
@budget_option
def proxy(gateway: str | None, port: int, key: str | None, budget: Path | None) -> None:
    """Run a local OpenAI and Anthropic endpoint that hands on only what verifies, and keeps the receipts."""
    home = Home.find(os.environ)
    if gateway is None:
        found = Environment.load(home)
        if key is None and budget is None:
            budget = found.budget
        gateway, key = found.anthropic_base_url, key or found.api_key
    payer = None if budget is None else open_payer(budget, utc_now)
    application = create_proxy(gateway, key, load_policy(home), store=ReceiptStore.find(), payer=payer)
    listener = listen(LOOPBACK, port)
    click.echo(f"Verifying the answers of {gateway}; Ctrl-C stops it.")
    click.echo(f"OpenAI SDK     base_url={url_of(listener)}/v1")
    click.echo(f"Anthropic SDK  base_url={url_of(listener)}")
    config = uvicorn.Config(application, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
