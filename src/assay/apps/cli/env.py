"""`assay env`: what other programs need to call the gateway of this machine."""

from __future__ import annotations

import json
import os
import shlex

import click

from assay.apps.client.environment import Environment
from assay.apps.network.home import Home


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of shell exports.")
def env(as_json: bool) -> None:
    """Print base URLs and key: `eval "$(assay env)"` sets up the stock SDKs."""
    home = Home.find(os.environ)
    found = Environment.load(home)
    if as_json:
        members = {
            "openai_base_url": found.openai_base_url,
            "anthropic_base_url": found.anthropic_base_url,
            "api_key": found.api_key,
            "data_dir": str(home.root),
        }
        click.echo(json.dumps(members))
        return
    exports = {
        "OPENAI_BASE_URL": found.openai_base_url,
        "OPENAI_API_KEY": found.api_key,
        "ANTHROPIC_BASE_URL": found.anthropic_base_url,
        "ANTHROPIC_API_KEY": found.api_key,
    }
    for name, value in exports.items():
        click.echo(f"export {name}={shlex.quote(value)}")
