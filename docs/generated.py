"""A mkdocs hook: tables that are written from the code, so that they cannot say anything else.

A page asks for one with a line ``<!-- generated: NAME -->``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.resources import files
from pkgutil import walk_packages

import click

import assay
from assay.apps.cli.main import assay as command_line
from assay.engines.enclave.tsm_report import TsmUnavailable
from assay.engines.inference.catalogue import Catalogue, Model
from assay.engines.inference.configuration import load_catalogue
from assay.engines.inference.operation import Operation
from assay.engines.tlog.errors import StorageFullError
from assay.errors import AssayError, ConfigError
from assay.services.gateway.refusals import status_of

_MARK = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)
_RULE = re.compile(
    r"""
    (?P<why>(?:^\#\ .+\n)+)
    ^(?P<says>reject|warn)\ contains\ reason\("(?P<name>\w+)",\ .+?,\ (?:sprintf\()?"(?P<message>[^"]+)"
    """,
    re.MULTILINE | re.VERBOSE,
)
"""A rule of appraisal: the comment on it, what it does, its name, and its message or the pattern of that."""
_SERVED = (
    "assay.services.",
    "assay.engines.inference.",
    "assay.trust.metering",
    "assay.trust.receipts.settlement",
)
_INSIDE = (
    "assay.services.payments.accounts.ledger_errors",
    "assay.services.payments.books",
    "assay.services.payments.facilitator.settling",
    "assay.services.payments.settlement",
)
"""Of services, but for their operators: no caller is answered with these."""
_KEYS = ("OPENAI", "ANTHROPIC", "GEMINI", "XAI", "ARK", "OPENROUTER", "ZAI")


def on_page_markdown(markdown: str, **_: object) -> str:
    """Called by mkdocs for every page; a mark that names no table is an error."""
    return _MARK.sub(lambda mark: "\n".join(_WRITERS[mark[1]]()), markdown)


def _http_errors() -> Iterator[str]:
    yield from _table(
        ("status", "code", "meaning", "what to do"),
        sorted(
            (str(status_of(error.__new__(error))), f"`{error.code}`", _meaning(error), error.hint)
            for error in _errors()
            if _is_served(error)
        ),
    )


def _other_errors() -> Iterator[str]:
    yield from _table(
        ("code", "class", "meaning", "what to do"),
        sorted(
            (f"`{error.code}`", f"`{error.__name__}`", _meaning(error), error.hint)
            for error in _errors()
            if not _is_served(error)
        ),
    )


def _operations() -> Iterator[str]:
    yield from _table(
        ("path", "dialect", "`operation` in the receipt"),
        ((f"`POST {each.path}`", each.dialect.value, f"`{each.value}`") for each in Operation),
    )


def _commands(command: click.Command = command_line, path: str = "assay") -> Iterator[str]:
    """The help of every command, as it prints it."""
    context = click.Context(command, info_name=path, terminal_width=100)
    yield from (f"## `{path}`", "", "```text", command.get_help(context), "```", "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, f"{path} {name}")


def _appraisal_rules() -> Iterator[str]:
    text = (files("assay.trust.evidence.appraisal") / "rules.rego").read_text()
    rules = list(_RULE.finditer(text))
    assert len(rules) == text.count(" contains reason("), "a rule is written otherwise than the others"
    yield from _table(
        ("rule", "", "message", "why"),
        (
            (
                f"`{rule['name']}`",
                rule["says"],
                re.sub(r"%[ds]", "…", rule["message"]),
                rule["why"].replace("# ", "").replace("\n", " ").strip(),
            )
            for rule in rules
        ),
    )


def _providers() -> Iterator[str]:
    yield from _table(
        ("provider", "kind", "used when this is set"),
        (
            (f"`{entry.name}`", f"`{entry.kind}`", f"`{entry.settings.get('api_key_env', '')}`".strip("`"))
            for entry in _known().providers()
        ),
    )


def _models() -> Iterator[str]:
    head = ("model", "provider", "input", "cached", "output", "an image")
    yield from _table(head, (_model_row(model) for model in _known().models()))


_WRITERS = {
    "errors over HTTP": _http_errors,
    "other errors": _other_errors,
    "operations": _operations,
    "commands": _commands,
    "appraisal rules": _appraisal_rules,
    "providers": _providers,
    "models": _models,
}


def _errors() -> Iterator[type[AssayError]]:
    for module in walk_packages(assay.__path__, "assay."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return _below(AssayError)


def _below(error: type[AssayError]) -> Iterator[type[AssayError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


def _is_served(error: type[AssayError]) -> bool:
    """Whether a gateway can answer with it; settings are read before a gateway answers anything."""
    return error in (StorageFullError, TsmUnavailable) or (
        error.__module__.startswith(_SERVED)
        and not error.__module__.startswith(_INSIDE)
        and not issubclass(error, ConfigError)
    )


def _meaning(error: type[AssayError]) -> str:
    return (error.__doc__ or "").splitlines()[0].replace("``", "`")


def _known() -> Catalogue:
    """What is known without an operator's file, if every key is set."""
    return load_catalogue(None, {f"{vendor}_API_KEY": "set" for vendor in _KEYS})


def _model_row(model: Model) -> Sequence[str]:
    price = model.price
    assert price is not None
    amounts = (price.input, price.cached_input, price.output, price.image)
    return (
        f"`{model.id}`",
        model.targets[0].provider,
        *(f"{amount / 1e6:g}" if amount else "" for amount in amounts),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
