"""What is asked: three manners of answering, each with one or many connections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

# 600 bytes of request body, the size of a short chat turn with a system prompt.
_PROMPT = ("Say the same word again and again, and nothing else. " * 12)[:510]


class Workload(StrEnum):
    """How the upstream answers. The value, behind ``bench-``, is the model that is asked for."""

    JSON = "json"
    PACED = "paced"
    """64 events, 4 ms apart: the way a model writes."""
    BURST = "burst"
    """64 events back to back: the way a cache answers."""

    @property
    def model(self) -> str:
        return f"bench-{self.value}"

    @property
    def streamed(self) -> bool:
        return self is not Workload.JSON

    def body(self) -> bytes:
        """The request, in OpenAI's chat wire, as its SDKs write it: without spaces."""
        request: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": "user", "content": _PROMPT}],
            "temperature": 0.7,
        }
        if self.streamed:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        return json.dumps(request, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of the comparison."""

    workload: Workload
    connections: int

    @property
    def name(self) -> str:
        return f"{self.workload.value}-{self.connections}"


JSON_1 = Cell(Workload.JSON, 1)
JSON_32 = Cell(Workload.JSON, 32)
PACED_1 = Cell(Workload.PACED, 1)
PACED_32 = Cell(Workload.PACED, 32)
BURST_32 = Cell(Workload.BURST, 32)

CELLS = (JSON_1, JSON_32, PACED_1, PACED_32, BURST_32)
