"""Fuzz a family of evidence: `scripts/fuzz FAMILY [SECONDS]`, which calls this with libFuzzer's options.

The corpus and what is found (``crash-*``, ``timeout-*``, ``oom-*``) stay under ``.cache/fuzz/FAMILY``. To see a finding
again, give its file instead of options.
"""

from __future__ import annotations

import hashlib
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import atheris

CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "fuzz"


def main() -> None:
    family, *options = sys.argv[1:]
    # Signing the seeds also imports what the parsers import late, while imports are still being instrumented.
    with atheris.instrument_imports(include=["assay", "signxml"]):
        from tests.fuzz.door import House

        house = House(import_module(f"tests.fuzz.{family}").doors())

    corpus = CACHE / family / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in house.seeds:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    options.insert(0, f"-artifact_prefix={corpus.parent}/")
    if all(option.startswith("-") for option in options):
        options.append(str(corpus))

    slowest = 0.01

    def hand_in(data: bytes) -> None:
        nonlocal slowest
        house.hand_in(data)
        if house.slowest > slowest:
            slowest = house.slowest * 1.1
            print(f"slowest input so far: {house.slowest * 1000:.0f} ms", file=sys.stderr)

    atheris.Setup([sys.argv[0], *options], hand_in)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
