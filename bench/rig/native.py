"""The two C programs, compiled when they changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from rig.contender import Unavailable
from rig.places import CACHE, PROGRAMS


def compiled(name: str) -> Path:
    """The executable of ``programs/<name>.c``. Raises `Unavailable` without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Unavailable(
            "no C compiler (cc or gcc), and an upstream or load in Python would be what is measured"
        )
    source = PROGRAMS / f"{name}.c"
    digest = hashlib.sha256(source.read_bytes() + (PROGRAMS / "answer.h").read_bytes()).hexdigest()[:12]
    program = CACHE / "bin" / f"{name}-{digest}"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", program, source], check=True)
    return program
