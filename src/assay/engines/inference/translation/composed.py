"""Two translations in a row, for a pair of dialects that has none of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.parameters import UnsupportedParameter
from assay.engines.inference.translation.translation import StreamTranslation, Translation


@dataclass(frozen=True, slots=True)
class Composed:
    """From ``near``'s client to ``far``'s provider; see `Translation`."""

    near: Translation
    far: Translation
    names: Mapping[str, str]
    """What ``near``'s client calls the parameters by which ``far`` would refuse them."""

    @property
    def client(self) -> Operation:
        return self.near.client

    @property
    def provider(self) -> Operation:
        return self.far.provider

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        between = self.near.request(body)
        try:
            return self.far.request(between)
        except UnsupportedParameter as refused:
            root = re.split(r"[.\[=]", refused.parameter, maxsplit=1)[0]
            name = self.names.get(root, refused.parameter)
            raise UnsupportedParameter(name, hint=refused.hint) from refused

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        return self.near.answer(self.far.answer(body, self.near.request(asked)), asked)

    def stream(self, asked: dict[str, Any]) -> StreamTranslation:
        return _ComposedStream(self.near.stream(asked), self.far.stream(self.near.request(asked)))


@dataclass(frozen=True, slots=True)
class _ComposedStream:
    near: StreamTranslation
    far: StreamTranslation

    def feed(self, event: bytes) -> list[bytes]:
        return [block for between in self.far.feed(event) for block in self.near.feed(between)]

    def finish(self) -> list[bytes]:
        late = [block for between in self.far.finish() for block in self.near.feed(between)]
        return late + self.near.finish()
