"""How a command fails: one sentence, a hint what to do, and a code to look up; never a traceback."""

from __future__ import annotations

from typing import IO, Any

import click

from assay.apps.cli.files import FileUnreadable, FileUnwritable
from assay.errors import AssayError


class Failure(click.ClickException):
    """An `AssayError` on its way to the terminal."""

    def __init__(self, error: AssayError) -> None:
        super().__init__(error.message)
        self._error = error

    @classmethod
    def of(cls, error: AssayError) -> Failure:
        return MistypedFailure(error) if isinstance(error, FileUnreadable | FileUnwritable) else cls(error)

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red')} {self._error}", file, err=True)


class MistypedFailure(Failure):
    """One that ends the command as click's own usage errors do."""

    exit_code = 2


def bug_report(error: Exception, debug: str) -> str:
    """What to say of an exception that nobody foresaw; its own words may hold a prompt and stay out."""
    return (
        f"{click.style('error:', fg='red')} Something went wrong that Assay did not foresee: "
        f"{type(error).__name__}. (internal_error)\n  hint: set {debug}=1 to see where"
    )
