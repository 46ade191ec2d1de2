"""A JSON object whose members read like attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Record(Mapping[str, Any]):
    """``record.choices[0].message.content`` for ``record["choices"][0]["message"]["content"]``.

    Objects inside are records too. A member that shares its name with a method is reached by subscript.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._value:
            raise AttributeError(f"there is no member {name!r}")
        return self[name]

    def __getitem__(self, name: str) -> Any:
        return _wrap(self._value[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._value)})"

    def to_json(self) -> Mapping[str, Any]:
        """The plain object."""
        return self._value


def _wrap(value: Any) -> Any:
    if isinstance(value, dict):
        return Record(value)
    if isinstance(value, list):
        return [_wrap(item) for item in value]
    return value
