"""How often a model runs for many copies of one payment that come at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from paid.caller import Answer, Caller, question
from paid.purse import Purse
from paid.town import Person
from rig.cell import Workload

COPIES = 12


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of them."""

    runs: int
    answered: int
    refused: int


def measure(upstream: int, paid: int, person: Person) -> Copies:
    """Ports of the provider and of the node. The answer is a stream of a quarter second, so all come while it runs."""
    body = question(Workload.PACED)
    asking = Caller(paid)
    _, headers = Purse(person, "upto").sign(asking.ask(body))
    asking.close()
    before = _answers(upstream)
    barrier = Barrier(COPIES)

    def send(_: int) -> Answer:
        caller = Caller(paid)
        barrier.wait()
        try:
            return caller.ask(body, headers)
        finally:
            caller.close()

    with ThreadPoolExecutor(COPIES) as pool:
        statuses = [answer.status for answer in pool.map(send, range(COPIES))]
    return Copies(_answers(upstream) - before - 1, statuses.count(200), statuses.count(402))


def _answers(upstream: int) -> int:
    """How many answers the provider has given, this one with them: it counts in their ids."""
    caller = Caller(upstream)
    answer = caller.ask(question(Workload.JSON))
    caller.close()
    return int(json.loads(answer.body)["id"].removeprefix("chatcmpl-"), 16)
