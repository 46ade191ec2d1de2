"""The class of CPU, because arithmetic libraries pick their kernels by it.

Two machines of one class run the same instructions; two of different classes may round differently.
"""

from __future__ import annotations

import platform
from pathlib import Path

_X86_64_LEVELS = (
    ("x86-64-v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
    ("x86-64-v3", {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}),
    ("x86-64-v2", {"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"}),
)
"""The levels of the x86-64 psABI (3.1.1), in Linux's names for the features; each includes those below."""


def cpu_class(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """``x86-64-v3`` and the like where the kernel tells the features; else the bare machine name."""
    machine = platform.machine()
    if machine != "x86_64" or not cpuinfo.exists():
        return machine
    flags = _flags(cpuinfo.read_text())
    for place, (level, _) in enumerate(_X86_64_LEVELS):
        if all(needed <= flags for _, needed in _X86_64_LEVELS[place:]):
            return level
    return "x86-64"


def _flags(cpuinfo: str) -> set[str]:
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return set(value.split())
    return set()
