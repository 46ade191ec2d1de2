"""Reading a request so that nothing in it can be overlooked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from assay.errors import AssayError


class UnsupportedParameter(AssayError):
    """The provider's dialect cannot hold this parameter, and dropping it would change what was asked."""

    code = "parameter_unsupported"
    hint = "leave it out, or choose a model whose provider speaks your client's dialect"

    def __init__(self, parameter: str, *, hint: str | None = None) -> None:
        super().__init__(f"the provider of this model cannot honour `{parameter}`", hint=hint)
        self.parameter = parameter


class InvalidParameter(AssayError):
    """The request is not what the client's own dialect allows."""

    code = "parameter_invalid"
    hint = "compare the request with the API's own reference"

    def __init__(self, parameter: str, expected: str) -> None:
        super().__init__(f"`{parameter}` must be {expected}")
        self.parameter = parameter


class Parameters:
    """A JSON object read field by field. Leaving the ``with`` block refuses, by name, whatever nobody took.

    A field that is null counts as absent, as it does in the dialects themselves.
    """

    __slots__ = ("_left", "path")

    def __init__(self, fields: dict[str, Any], path: str = "") -> None:
        self._left = {name: value for name, value in fields.items() if value is not None}
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._left:
            raise UnsupportedParameter(self.named(next(iter(self._left))))

    def named(self, field: str) -> str:
        """The full name of a field, as an error shows it: ``messages[2].content[0].source``."""
        return f"{self.path}.{field}" if self.path else field

    def take(self, field: str, default: Any = None) -> Any:
        return self._left.pop(field, default)

    def text(self, field: str) -> str | None:
        value = self._left.pop(field, None)
        if value is None or isinstance(value, str):
            return value
        raise InvalidParameter(self.named(field), "a string")

    def required_text(self, field: str) -> str:
        value = self.text(field)
        if value is None:
            raise InvalidParameter(self.named(field), "a string")
        return value

    def object(self, field: str) -> Parameters:
        """The object in a field; an absent one is empty."""
        value = self._left.pop(field, None)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise InvalidParameter(self.named(field), "an object")
        return Parameters(value, self.named(field))

    def objects(self, field: str) -> Iterator[Parameters]:
        """The objects of a list, each with its place in its path; an absent list has none."""
        value = self._left.pop(field, None)
        if value is None:
            return
        if not isinstance(value, list):
            raise InvalidParameter(self.named(field), "a list of objects")
        for place, item in enumerate(value):
            path = f"{self.named(field)}[{place}]"
            if not isinstance(item, dict):
                raise InvalidParameter(path, "an object")
            yield Parameters(item, path)

    def content(self, field: str, text_type: str = "text") -> Iterator[Parameters]:
        """The parts of a message; a bare string is one part of ``text_type``, as the dialects say."""
        value = self._left.get(field)
        if isinstance(value, str):
            self._left[field] = [{"type": text_type, "text": value}]
        return self.objects(field)

    def carry(self, target: dict[str, Any], names: Mapping[str, str]) -> None:
        """Copy the fields that only change their name, from ours to the provider's."""
        for ours, theirs in names.items():
            value = self._left.pop(ours, None)
            if value is not None:
                target[theirs] = value

    def accept(self, field: str, *harmless: Any, hint: str | None = None) -> None:
        """Take a field that the other side has no word for: only values that change nothing pass."""
        value = self._left.pop(field, None)
        if value is not None and value not in harmless:
            raise UnsupportedParameter(self.named(field), hint=hint)

    def refuse(self, field: str, hint: str) -> None:
        """Refuse a field wherever it is set, naming what to do instead."""
        self.accept(field, hint=hint)

    def unsupported(self, field: str, hint: str | None = None) -> UnsupportedParameter:
        return UnsupportedParameter(self.named(field), hint=hint)
