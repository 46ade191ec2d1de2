"""Where the benchmark keeps things: its programs beside it, all that is built or installed in the ignored cache."""

from __future__ import annotations

from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"
