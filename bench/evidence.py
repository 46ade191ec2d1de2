"""What does it cost to judge a node's evidence, the first time and again?

    python bench/evidence.py [--quick] [--json]

Each file is examined as a receipt's is: read, chain, signature, rules, binding, time. Beside it the floor: the
signatures that such evidence has to have checked, by the bare library, in the same run. Ends with 0 only if every bar
is met. How to read it: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from assay.trust.evidence.examination import examine
from gateway import machine
from rig.specimens import Specimen, signature_checks, specimens

ROUNDS, QUICK_ROUNDS = 200, 20
FIRST_BARS_MS: Final = {"nitro": 30.0, "snp": 30.0, "tdx": 5.0}
AGAIN_BAR_MS: Final = 0.1


@dataclass(frozen=True)
class Cost:
    """Medians, in milliseconds of processor time."""

    name: str
    source: str
    bytes: int
    floor: float
    """The signatures alone."""
    first: float
    """By a judge that has not seen the file."""
    other_minute: float
    """By one that has, for a time in another minute."""
    again: float
    """By one that has, for another time in the same minute."""

    @property
    def ratio(self) -> float:
        return self.first / self.floor

    @property
    def met(self) -> bool:
        return self.first <= FIRST_BARS_MS.get(self.name, float("inf")) and self.again <= AGAIN_BAR_MS


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds, for ratios only")
    parser.add_argument("--json", action="store_true", help="print everything measured as JSON")
    options = parser.parse_args()
    conditions = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "load_before": os.getloadavg()[0]}
    checks, rounds = signature_checks(), QUICK_ROUNDS if options.quick else ROUNDS
    costs = [measure(specimen, checks, rounds) for specimen in specimens()]
    if options.json:
        rows = [asdict(cost) | {"ratio": cost.ratio, "met": cost.met} for cost in costs]
        print(json.dumps({"conditions": conditions, "rounds": rounds, "costs_ms": rows}, indent=2))
    else:
        print(*(f"{name}: {value}" for name, value in conditions.items()), sep="\n")
        print(*table(costs), sep="\n")
    return 0 if all(cost.met for cost in costs) else 1


def measure(specimen: Specimen, checks: Mapping[str, Callable[[], object]], rounds: int) -> Cost:
    """Everything in turn, round by round, so that whatever else the machine does hits all alike."""
    floors, firsts, minutes, agains = [], [], [], []
    for _ in range(rounds):
        look = Look(specimen)
        floors.append(sum(count * timed(checks[kind]) for kind, count in specimen.signatures.items()))
        firsts.append(timed(look))
        agains.append(timed(lambda look=look: look(timedelta(seconds=1))))
        minutes.append(timed(lambda look=look: look(timedelta(minutes=1))))
    medians = map(statistics.median, (floors, firsts, minutes, agains))
    return Cost(specimen.name, specimen.source, len(specimen.file), *medians)


class Look:
    """A judge's looks at one specimen; it has seen nothing before the first."""

    def __init__(self, specimen: Specimen) -> None:
        self._specimen = specimen
        self._judge = specimen.judge()

    def __call__(self, later: timedelta = timedelta()) -> None:
        examined = examine(self._judge, self._specimen.file, self._specimen.at + later)
        if examined.judgement is None:
            raise RuntimeError(f"{self._specimen.name}: {examined.evidence.detail}")


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of processor time: on a busy machine the clock's grow, and those of long calls most."""
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """Lines to print."""
    heads = ("bytes", "floor", "first", "/ floor", "minute", "again")
    yield f"{'milliseconds':<28}" + "".join(f"{head:>9}" for head in heads)
    for cost in costs:
        figures = (
            f"{cost.bytes:>9,}{cost.floor:>9.2f}{cost.first:>9.2f}{cost.ratio:>9.1f}"
            f"{cost.other_minute:>9.2f}{cost.again:>9.3f}"
        )
        yield f"{cost.name + ', ' + cost.source:<28}{figures}{'' if cost.met else '  missed'}"


if __name__ == "__main__":
    sys.exit(main())
