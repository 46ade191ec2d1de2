"""One kept-alive connection to a node, on which one call after the other is made and timed."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rig.cell import Workload

PATH = "/v1/chat/completions"


def question(workload: Workload) -> bytes:
    """What the gateway's benchmark asks, with an end to what it may cost."""
    return json.dumps({**json.loads(workload.body()), "max_tokens": 100}).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By their lower-case names."""
    body: bytes
    milliseconds: float
    """From the first byte sent to the last received."""


class Caller:
    """``headers`` go with every call."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"content-type": "application/json", **(headers or {})}

    def ask(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        began = time.perf_counter()
        self._connection.request("POST", PATH, body, {**self._headers, **(headers or {})})
        response = self._connection.getresponse()
        content = response.read()
        taken = time.perf_counter() - began
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content, taken * 1000)

    def close(self) -> None:
        self._connection.close()
