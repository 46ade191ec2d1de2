"""What being paid adds to a call: to the time that its caller waits, and to the work of its node."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

from x402.http.utils import decode_payment_response_header

from paid.caller import Answer, Caller, question
from paid.nodes import Served
from paid.purse import Purse
from paid.town import Person
from rig.cell import Workload

BLOCK = 25
"""Calls of one manner in a row, over which a node's work is read."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians: milliseconds of a call, and microseconds of processor time of the node for one."""

    p50_ms: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Overhead:
    """The same call in three manners; what its payer signs with is not in them."""

    unpaid: Figures
    account: Figures
    channel: Figures


@dataclass
class Manner:
    """One way to be let in. ``calls`` makes one call after the other."""

    served: Served
    calls: Iterator[Answer]
    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self) -> None:
        before = self.served.process.cpu_seconds()
        self.times += [next(self.calls).milliseconds for _ in range(BLOCK)]
        self.cpu.append((self.served.process.cpu_seconds() - before) / BLOCK * 1e6)

    def figures(self) -> Figures:
        """Of all blocks but the first, in which caches fill and the channel is opened."""
        return Figures(statistics.median(self.times[BLOCK:]), statistics.median(self.cpu[1:]))


def measure(free: Served, paid: Served, person: Person, blocks: int) -> Overhead:
    """Manner by manner and block by block, so that whatever else the machine does hits all alike."""
    body = question(Workload.JSON)
    holder = Caller(paid.port, {"authorization": f"Bearer {paid.key}"})
    manners = [
        Manner(free, _again(Caller(free.port), body)),
        Manner(paid, _again(holder, body)),
        Manner(paid, _over_channel(Caller(paid.port), body, Purse(person, "batch-settlement"))),
    ]
    for _ in range(1 + blocks):
        for manner in manners:
            manner.run()
    return Overhead(*(manner.figures() for manner in manners))


def _again(caller: Caller, body: bytes) -> Iterator[Answer]:
    while True:
        yield _good(caller.ask(body))


def _over_channel(caller: Caller, body: bytes, purse: Purse) -> Iterator[Answer]:
    """The client deposits and pays once more; from then on each call is paid as that one was.

    The same question costs the same each time, so it is asked only once how to pay.
    """
    refusal = caller.ask(body)
    for _ in range(2):
        payment, headers = purse.sign(refusal)
        answer = _good(caller.ask(body, headers))
        purse.take(payment, answer)
        yield answer
    charge = int(decode_payment_response_header(answer.headers["payment-response"]).amount or 0)
    while True:
        ahead = purse.sign_ahead(payment, charge, BLOCK)
        payment, _ = ahead[-1]
        for _, headers in ahead:
            yield _good(caller.ask(body, headers))


def _good(answer: Answer) -> Answer:
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}: {answer.body[:300]!r}")
    return answer
