"""When to try again, how long to wait, whom to leave alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest

from assay.engines.inference.catalogue import Target
from assay.engines.inference.provider import ProviderTimeout, ProviderUnreachable
from assay.engines.inference.routing import CircuitBreaker, Patience
from assay.engines.inference.routing.circuit import REMEMBERED
from assay.engines.inference.routing.patience import retry_after

TARGET = Target("openai", "gpt-4.1")


@dataclass
class Refusal:
    """A reply of status 429, without a body."""

    headers: Mapping[str, str]
    status: int = 429

    async def read(self, limit: int) -> bytes:
        return b""

    async def chunks(self) -> AsyncIterator[bytes]:
        return
        yield

    async def aclose(self) -> None: ...


def test_pauses_double_and_end() -> None:
    patience = Patience(tries=4, first_pause=1.0, longest_pause=3.0)
    failure = ProviderUnreachable("down")
    assert [patience.pause(tried, failure, jitter=1) for tried in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, None]
    assert patience.pause(1, failure, jitter=0) == 0.5


def test_a_timeout_is_not_repeated_at_the_same_target() -> None:
    assert Patience().pause(1, ProviderTimeout("late"), jitter=0) is None


def test_retry_after_is_honoured_up_to_the_longest_pause() -> None:
    patience = Patience(longest_pause=4.0)
    assert patience.pause(1, Refusal({"retry-after": "3"}), jitter=0) == 3.0
    assert patience.pause(1, Refusal({"retry-after": "5"}), jitter=0) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "inf"}, float("inf")),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:05 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:05 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:05 GMT", "date": "Wed, 21 Oct 2026 07:28:00 -0000"}, 0),
    ],
)
def test_retry_after_as_providers_write_it(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


def test_the_circuit_opens_rests_probes_and_closes() -> None:
    circuit = CircuitBreaker(threshold=2, rest=10)
    circuit.failed(TARGET, now=0)
    assert circuit.admits(TARGET, now=0)
    circuit.failed(TARGET, now=1)
    assert not circuit.admits(TARGET, now=10.9)
    assert circuit.admits(Target("openai", "another"), now=10.9)
    assert circuit.admits(TARGET, now=11)
    assert not circuit.admits(TARGET, now=11), "one probe at a time"
    circuit.failed(TARGET, now=12)
    assert not circuit.admits(TARGET, now=21.9)
    assert circuit.admits(TARGET, now=22)
    circuit.succeeded(TARGET)
    assert circuit.admits(TARGET, now=22)
    assert circuit.admits(TARGET, now=22)


def test_a_success_forgets_earlier_failures() -> None:
    circuit = CircuitBreaker(threshold=2, rest=10)
    circuit.failed(TARGET, now=0)
    circuit.succeeded(TARGET)
    circuit.failed(TARGET, now=0)
    assert circuit.admits(TARGET, now=0)


def test_a_probe_whose_caller_left_makes_room_for_the_next() -> None:
    circuit = CircuitBreaker(threshold=1, rest=10)
    circuit.failed(TARGET, now=0)
    assert circuit.admits(TARGET, now=10)
    circuit.abandoned(TARGET)
    assert circuit.admits(TARGET, now=10)


def test_the_number_of_failing_targets_kept_is_bounded() -> None:
    circuit = CircuitBreaker(threshold=1, rest=10)
    for number in range(REMEMBERED + 1):
        circuit.failed(Target("openai", f"made-up-{number}"), now=0)
    assert circuit.admits(Target("openai", "made-up-0"), now=1)
    assert not circuit.admits(Target("openai", "made-up-1"), now=1)
