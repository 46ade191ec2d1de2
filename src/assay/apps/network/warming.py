"""Bringing up what a node answers with, while it already serves: a page is there at once, a model takes seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

from assay.engines.inference.provider import Provider
from assay.errors import AssayError

logger = logging.getLogger(__name__)


@runtime_checkable
class Starts(Protocol):
    """A provider that has something of its own to bring up, such as a model."""

    async def start(self) -> None: ...


class Readiness(StrEnum):
    """How far a provider is. A call to one that is starting waits for it."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class Warming:
    """Starts every provider that needs it, side by side and without holding up anybody."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._starts: dict[str, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Start them; must run on the event loop."""
        for name, provider in self._providers.items():
            if isinstance(provider, Starts):
                self._starts[name] = asyncio.create_task(_start(name, provider), name=f"start {name}")

    def readiness(self) -> Mapping[str, Readiness]:
        """Of each provider by name; one that needs no start is always ready."""
        return {name: self._of(name) for name in self._providers}

    async def aclose(self) -> None:
        """Give up the starts that are under way."""
        for task in self._starts.values():
            task.cancel()
        await asyncio.gather(*self._starts.values(), return_exceptions=True)

    def _of(self, name: str) -> Readiness:
        task = self._starts.get(name)
        if task is None:
            return Readiness.READY
        if not task.done():
            return Readiness.STARTING
        return Readiness.FAILED if task.cancelled() or task.exception() else Readiness.READY


async def _start(name: str, provider: Starts) -> None:
    try:
        await provider.start()
    except AssayError as error:
        logger.error("provider %s did not start: %s", name, error)
        raise
