"""`assay`: the command line. Commands are imported when they are called, so that `--help` costs nothing."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from assay.errors import AssayError

_COMMANDS = {
    "up": ("network", "Bring up the network on this machine."),
    "down": ("network", "Stop it."),
    "status": ("network", "Say what runs."),
    "doctor": ("doctor", "Look for what keeps Assay from working here."),
    "env": ("env", "Print base URLs and key, for the shell or as JSON."),
    "models": ("models", "List the models that can be called."),
    "chat": ("chat", "Ask a model; the answer is verified before you see it."),
    "verify": ("verify", "Check a bundle offline."),
    "receipts": ("receipts", "List, show and export the receipts kept here."),
    "proxy": ("proxy", "Run a local OpenAI and Anthropic endpoint that verifies every answer."),
    "trust": ("trust", "Show whom this machine believes, or come to believe a gateway."),
}
"""Command name to the module that defines it, and its line in the help."""


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"assay.apps.cli.{_COMMANDS[name][0]}"), name)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assay")
def assay() -> None:
    """AI calls that anyone can check: every answer comes with a receipt that verifies offline."""


def main() -> NoReturn:
    """Run the command line; an error is a sentence and a hint, not a traceback (unless ASSAY_DEBUG is set)."""
    try:
        assay(prog_name="assay")
    except AssayError as error:
        if os.environ.get("ASSAY_DEBUG"):
            raise
        click.echo(click.style("error: ", fg="red") + str(error), err=True)
        sys.exit(1)
    sys.exit(0)
