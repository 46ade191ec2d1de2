"""What an answer carries beside what its operation's dialect says, because its caller asked for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from assay.engines.inference.translation import StreamTranslation
from assay.trust.receipts.predicate import Usage


class Addendum(Protocol):
    """Of one call, made when it is understood, before anything is reserved for it.

    What it adds is part of the answer: the receipt covers it. ``cost`` is what the call is charged, in micro-USD.
    """

    def members(self, answer: Mapping[str, Any], cost: int) -> dict[str, Any]:
        """What is added to a whole answer, a JSON object."""

    def stream(
        self,
        translation: StreamTranslation | None,
        usage: Callable[[], Usage],
        cost: Callable[[Usage], int],
    ) -> StreamTranslation:
        """Adds to a stream, after ``translation`` where there is one. ``usage``: what it has consumed so far."""
