from __future__ import annotations

from pathlib import Path

import pytest

from assay.engines.inference.local.cpu import cpu_class

V2 = "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3"
V3 = f"{V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        ("sse2", "x86-64"),
        (V2, "x86-64-v2"),
        (V3, "x86-64-v3"),
        (V4, "x86-64-v4"),
        (V4.replace(" avx2", ""), "x86-64-v2"),
        (f"{V3} avx512f", "x86-64-v3"),
    ],
)
def test_a_level_needs_all_of_its_features_and_of_the_levels_below(
    flags: str, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\nmodel name\t: X: Y\nflags\t\t: fpu {flags}\n")
    assert cpu_class(info) == level


def test_without_features_the_machine_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert cpu_class(tmp_path / "absent") == "arm64"
