"""`assay`: the command line. Commands are imported when they are called, so that `--help` costs nothing."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from assay.apps.cli.failure import Failure, bug_report
from assay.errors import AssayError

_COMMANDS = {
    "up": "Bring up the network on this machine.",
    "down": "Stop it.",
    "status": "Say what runs.",
    "doctor": "Look for what keeps Assay from working here.",
    "env": "Print base URLs and key, for the shell or as JSON.",
    "models": "List the models that can be called.",
    "prices": "Show what the gateway charges, on whose word and since when.",
    "chat": "Ask a model; the answer is verified before you see it.",
    "verify": "Check a bundle offline.",
    "attest": "Check evidence of hardware offline, or show what it claims.",
    "hardware": "List which processors and GPUs run confidential models together.",
    "receipts": "List, show and export the receipts kept here.",
    "proxy": "Run a local OpenAI and Anthropic endpoint that verifies every answer.",
    "trust": "Show whom this machine believes, or come to believe a gateway.",
    "keys": "Show the keys of this machine's node, take one back, or hand its identity on.",
    "chain": "Bring up a chain on this machine, and deploy contracts to it or to any other.",
    "wallet": "Keep keys that hold money, and see what is on them.",
    "accounts": "Open prepaid accounts, book what is paid in, and say who may spend how much.",
    "budget": "Give agents budgets instead of keys, and see what they have spent.",
    "enclave": "Build the gateway's enclave image, measure it, or read what was signed of it.",
}
"""Each command is defined in the module of its name; this is its line in the help."""

DEBUG = "ASSAY_DEBUG"
"""Environment variable: when set, failures end in a traceback."""


class Commands(click.Group):
    """Finds commands without importing the others, and turns what Assay raises into what people read."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"assay.apps.cli.{name}"), name)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, context: click.Context) -> Any:
        if "NO_COLOR" in os.environ:
            context.color = False
        try:
            return super().invoke(context)
        except AssayError as error:
            if DEBUG in os.environ:
                raise
            raise Failure.of(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assay")
def assay() -> None:
    """AI calls that anyone can check: every answer comes with a receipt that verifies offline."""


def main() -> NoReturn:
    """Run the command line. A failure is a sentence, a hint and a code, and a traceback only under `DEBUG`."""
    try:
        assay(prog_name="assay")
    except Exception as error:
        if DEBUG in os.environ:
            raise
        click.echo(bug_report(error, DEBUG), err=True)
        sys.exit(1)
    sys.exit(0)
