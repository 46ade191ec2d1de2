"""Where the benchmark keeps things: sources beside it, everything built or installed in the ignored cache."""

from __future__ import annotations

from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
CACHE = BENCH.parent / ".cache" / "bench"
