"""What does it cost to be paid: for the node, for the chain, and for whoever waits for an answer?

    python bench/payments.py [--quick] [--json]

Vouchers are checked beside the bare recovery of a key; forty payments are settled by a real transaction on a chain of
this machine; a call is asked free, from an account and over a channel, round by round in one run; and one payment is
sent twelve times at once. Ends with 0 only if every bar is met. How to read it: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import machine
from paid import batches, copies, overhead, vouchers
from paid.batches import Batch
from paid.copies import Copies
from paid.nodes import free_node, paid_node
from paid.overhead import Figures, Overhead
from paid.town import running_town
from paid.vouchers import Checks
from rig.contender import Unavailable
from rig.run import cores, progress, running_upstream


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds of checks, and blocks of calls."""

    checks: int
    blocks: int


FULL, QUICK = Effort(checks=50, blocks=40), Effort(checks=10, blocks=6)


@dataclass(frozen=True, slots=True)
class Outcome:
    checks: Checks
    batches: list[Batch]
    copies: Copies
    overhead: Overhead

    def added(self, paid: Figures) -> float:
        """Milliseconds that a paid call takes more, by the medians."""
        return paid.p50_ms - self.overhead.unpaid.p50_ms

    def figures(self) -> dict[str, Any]:
        """By the names under which they are compared."""
        gas = {f"upto_gas_batch_40_of_{batch.payers}": round(batch.gas_each) for batch in self.batches}
        return {
            "voucher_checks_per_s": round(self.checks.vouchers),
            "voucher_signatures_per_s": round(self.checks.signatures),
            "bare_recoveries_per_s": round(self.checks.recoveries),
            "upto_gas_batch_40": round(self.batches[0].gas_each),
            **gas,
            "duplicate_payment_runs": self.copies.runs,
            "duplicate_payments_refused": self.copies.refused,
            "unpaid_ms_p50": round(self.overhead.unpaid.p50_ms, 3),
            "account_overhead_ms_p50": round(self.added(self.overhead.account), 3),
            "channel_overhead_ms_p50": round(self.added(self.overhead.channel), 3),
            "unpaid_cpu_us": round(self.overhead.unpaid.cpu_us),
            "account_cpu_us": round(self.overhead.account.cpu_us),
            "channel_cpu_us": round(self.overhead.channel.cpu_us),
        }

    def bars(self) -> dict[str, bool]:
        """What is asked of each, and whether it is so."""
        return {
            "voucher checks a second >= 5,000": self.checks.vouchers >= 5000,
            "gas of each of 40 by upto <= 45,000": self.batches[0].gas_each <= 45_000,
            "runs for 12 copies = 1": self.copies == Copies(1, 1, copies.COPIES - 1),
            "added by an account <= 1 ms": self.added(self.overhead.account) <= 1,
            "added by a channel <= 1 ms": self.added(self.overhead.channel) <= 1,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds: half a minute")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    options = parser.parse_args()
    conditions = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "load_before": os.getloadavg()[0]}
    try:
        outcome = run(QUICK if options.quick else FULL)
    except Unavailable as reason:
        print(f"the benchmark cannot run here: {reason}", file=sys.stderr)
        return 1
    print(*(f"{name}: {value}" for name, value in conditions.items()), sep="\n")
    print(*table(outcome), sep="\n")
    if options.json:
        print(json.dumps(outcome.figures() | {"met": outcome.bars(), "conditions": conditions}))
    return 0 if all(outcome.bars().values()) else 1


def run(effort: Effort) -> Outcome:
    """Raises `Unavailable`."""
    node_core, our_core = cores()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-bench-")))
        os.sched_setaffinity(0, {our_core})
        progress("vouchers")
        checks = vouchers.measure(effort.checks)
        progress("a chain, and people")
        town = stack.enter_context(running_town(scratch))
        people = asyncio.run(town.settle_in(max(batches.PAYERS)))
        progress("batches")
        settled = asyncio.run(batches.measure(town, people))
        progress("calls")
        upstream = stack.enter_context(running_upstream(our_core, scratch))
        free = stack.enter_context(free_node(scratch, upstream, node_core))
        paid = stack.enter_context(paid_node(town, upstream, node_core))
        copied = copies.measure(upstream, paid.port, people[0])
        added = overhead.measure(free, paid, people[1], effort.blocks)
    return Outcome(checks, settled, copied, added)


def table(outcome: Outcome) -> Iterator[str]:
    """Lines to print."""
    checks = outcome.checks
    yield "\nchecks a second, on one core"
    yield from _rows(
        ("recovery of a key, bare", f"{checks.recoveries:,.0f}", ""),
        (
            "signature of a voucher",
            f"{checks.signatures:,.0f}",
            f"{checks.signatures / checks.recoveries:.2f} of bare",
        ),
        (
            "voucher, from JSON on",
            f"{checks.vouchers:,.0f}",
            f"{checks.vouchers / checks.recoveries:.2f} of bare",
        ),
    )
    yield f"\n{batches.SIZE} payments by upto and a root, in one transaction"
    yield from _rows(
        *(
            (_people(batch.payers), f"{batch.gas:,}", f"{batch.gas_each:,.0f} gas each")
            for batch in outcome.batches
        )
    )
    yield f"\n{copies.COPIES} copies of one payment at once"
    yield from _rows(
        ("the model ran", f"{outcome.copies.runs}", ""),
        ("answered", f"{outcome.copies.answered}", ""),
        ("refused with 402", f"{outcome.copies.refused}", ""),
    )
    yield "\na call, p50, and processor time of its node"
    for name, figures in (
        ("unpaid", outcome.overhead.unpaid),
        ("from an account", outcome.overhead.account),
        ("over a channel", outcome.overhead.channel),
    ):
        more = f"{outcome.added(figures):+.3f} ms, {figures.cpu_us:,.0f} us"
        yield from _rows((name, f"{figures.p50_ms:.3f} ms", more))
    yield ""
    for text, met in outcome.bars().items():
        yield f"{text:<44}{'met' if met else 'missed'}"


def _rows(*rows: tuple[str, str, str]) -> Iterator[str]:
    for name, figure, remark in rows:
        yield f"  {name:<30}{figure:>12}  {remark}".rstrip()


def _people(count: int) -> str:
    return "one payer" if count == 1 else f"{count} payers"


if __name__ == "__main__":
    sys.exit(main())
