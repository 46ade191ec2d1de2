"""Providers start side by side, and nobody waits for them who does not need them."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from assay.apps.network.warming import Readiness, Warming
from assay.engines.inference.provider import Provider, ProviderUnreachable


class Slow:
    """A provider that is ready when it is told to be, or fails when it is told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.told = asyncio.Event()
        self.failure = failure

    async def start(self) -> None:
        await self.told.wait()
        if self.failure is not None:
            raise self.failure


class Remote:
    """A provider that needs no start."""


def warming(**providers: object) -> Warming:
    return Warming(cast("dict[str, Provider]", providers))


async def test_from_starting_to_ready() -> None:
    slow = Slow()
    warm = warming(local=slow, hosted=Remote())
    warm.begin()
    assert warm.readiness() == {"local": Readiness.STARTING, "hosted": Readiness.READY}
    slow.told.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert warm.readiness() == {"local": Readiness.READY, "hosted": Readiness.READY}
    await warm.aclose()


async def test_one_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Slow(ProviderUnreachable("it is not installed")), Slow()
    warm = warming(bad=bad, good=good)
    warm.begin()
    for provider in (bad, good):
        provider.told.set()
    await asyncio.sleep(0.01)
    assert warm.readiness() == {"bad": Readiness.FAILED, "good": Readiness.READY}
    assert "it is not installed" in caplog.text
    await warm.aclose()


async def test_a_start_can_be_given_up() -> None:
    warm = warming(local=Slow())
    warm.begin()
    await asyncio.wait_for(warm.aclose(), 1)
