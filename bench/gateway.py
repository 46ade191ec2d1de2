"""What does Assay's gateway cost, beside others, in one run on one machine?

    python bench/gateway.py [--quick] [--json] [--peers litellm,nginx,portkey,bare] [--seconds N]

Loopback only. Each contender gets core 0 for itself; the upstream and the load share core 1. CPU per answer
is the figure to trust: user plus system time of all the contender's processes, over every answer they gave.
Ends with 0 only if every answer of Assay came whole. Method and how to read it: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from rig.contender import Unavailable
from rig.contenders import DIRECT, OURS, PEERS
from rig.load import Duration
from rig.report import as_json, tables
from rig.run import Effort, run

FULL = Effort(passes=3, duration=Duration(seconds=3, least=12, limit=10), streams=10_000)
QUICK = Effort(passes=1, duration=Duration(seconds=0.7, least=4, limit=4), streams=1_000)


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the contenders would outlive us
    effort = QUICK if options.quick else FULL
    if options.seconds:
        limit = max(effort.duration.limit, options.seconds)
        effort = replace(effort, duration=replace(effort.duration, seconds=options.seconds, limit=limit))
    peers = [peer for peer in PEERS if peer.name in options.peers]
    conditions = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "load_before": os.getloadavg()[0]}
    try:
        outcome = run([DIRECT, *peers, *OURS], effort)
    except Unavailable as reason:
        print(f"the benchmark cannot run here: {reason}", file=sys.stderr)
        return 1
    if options.json:
        print(as_json(outcome.records, outcome.skipped, conditions))
    else:
        print(*(f"{name}: {value}" for name, value in conditions.items()), sep="\n")
        print(*tables(outcome.records, outcome.skipped), sep="\n")
    ours = outcome.records.get("assay")
    return 0 if ours and not any(figures.errors for figures in ours.cells.values()) else 1


def arguments() -> argparse.Namespace:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short pass: under 90 s, for ratios only")
    parser.add_argument("--json", action="store_true", help="print everything measured as JSON")
    parser.add_argument("--seconds", type=float, help="length of a pass over one cell")
    parser.add_argument(
        "--peers",
        type=lambda text: [name for name in text.split(",") if name],
        default=names,
        help=f"of {','.join(names)}; missing ones are installed under .cache/bench",
    )
    options = parser.parse_args()
    if unknown := set(options.peers) - set(names):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    return options


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line for line in lines if line.startswith("model name"))
    processor = next(models, platform.machine()).rpartition(": ")[2]
    return f"{processor}, Linux {platform.release()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
