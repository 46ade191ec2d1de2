"""Reading one table of a configuration file so that nothing in it can be overlooked or misspelt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from types import TracebackType
from typing import Any, Self, TypeVar

from assay.engines.inference.operation import Operation
from assay.errors import ConfigError

T = TypeVar("T")

_NAMED = 12
_LONGEST_NAME = 100
"""Characters compared: a caller may send a name of any length, and likeness costs its square."""


class Settings:
    """A table taken apart key by key; leaving the ``with`` block refuses, by name, a key nobody took.

    ``where`` is how an error names the table, e.g. ``providers.openai``.
    """

    __slots__ = ("_known", "_table", "where")

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self._table = table
        self._known: list[str] = []
        self.where = where

    @classmethod
    def parse(cls, text: str, where: str) -> Settings:
        """A whole file of TOML. Raises `ConfigError` for text that is not."""
        try:
            return cls(tomllib.loads(text), where)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{where} is not TOML: {error}", hint="correct the line it names") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unknown = self._table.keys() - set(self._known)
        if error is None and unknown:
            key = min(unknown)
            raise ConfigError(f"{self.where} has no setting `{key}`", hint=nearest(key, self._known))

    def text(self, key: str) -> str | None:
        return self._take(key, str, "a string")

    def required_text(self, key: str) -> str:
        value = self.text(key)
        if not value:
            raise ConfigError(f"{self.where} needs `{key}`", hint=f'add a line {key} = "..."')
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        return self._take(key, bool, "true or false") or False

    def whole(self, key: str) -> int | None:
        """An integer that is not negative."""
        value = self._take(key, int, "a whole number")
        if value is not None and value < 0:
            raise ConfigError(f"{self.where}.{key} is negative", hint="give zero or more")
        return value

    def seconds(self, key: str) -> float | None:
        """A duration above zero."""
        value: float | None = self._take(key, (int, float), "a number of seconds")
        if value is not None and value <= 0:
            raise ConfigError(f"{self.where}.{key} is not above zero", hint="give a number of seconds")
        return value

    def date(self, key: str) -> date | None:
        """A day, without a time."""
        value = self._take(key, date, "a date such as 2026-11-24")
        if isinstance(value, datetime):
            raise ConfigError(f"{self.where}.{key} is a time", hint="give the day alone, such as 2026-11-24")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self._take(key, list, "a list of strings")
        if value is None:
            return None
        if not value or not all(isinstance(item, str) for item in value):
            raise ConfigError(
                f"{self.where}.{key} must be a list of strings", hint='write it like ["one", "two"]'
            )
        return tuple(value)

    def table(self, key: str) -> Settings | None:
        value = self._take(key, dict, "a table")
        return None if value is None else Settings(value, f"{self.where}.{key}")

    def tables(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The tables of an array such as ``[[providers]]``, in the order of the file; none when absent."""
        value = self._take(key, list, "a list of tables") or []
        if not all(isinstance(item, dict) for item in value):
            raise ConfigError(f"{self.where}.{key} must be a list of tables", hint=f"write it as [[{key}]]")
        return tuple(value)

    def rest(self) -> dict[str, Any]:
        """Every key nobody has taken so far, for a reader who knows them better."""
        left = {key: value for key, value in self._table.items() if key not in self._known}
        self._known.extend(left)
        return left

    def _take(self, key: str, kind: type[T] | tuple[type[T], ...], expected: str) -> T | None:
        self._known.append(key)
        value = self._table.get(key)
        # In Python true is an int; in a configuration file it is not a number.
        if value is not None and (
            not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        ):
            raise ConfigError(f"{self.where}.{key} must be {expected}", hint="correct its type")
        return value


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names what was probably meant, or else what could have been."""
    choices = sorted(set(known))
    close = get_close_matches(word[:_LONGEST_NAME], choices, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    if not choices:
        return "none is known"
    more = f" and {len(choices) - _NAMED} more" if len(choices) > _NAMED else ""
    return "known are " + ", ".join(f"`{choice}`" for choice in choices[:_NAMED]) + more


def operation_named(text: str, where: str) -> Operation:
    """The operation of this name. Raises `ConfigError`."""
    try:
        return Operation(text)
    except ValueError:
        raise ConfigError(f"{where} has no operation `{text}`", hint=nearest(text, Operation)) from None
