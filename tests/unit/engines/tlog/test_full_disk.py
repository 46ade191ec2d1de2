"""No room left: nothing half written, nothing lost, and it goes on when there is room again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.engines.tlog import Log, StorageFullError, audit
from assay.trust.transparency import NoteSigner

LIMITED = """
import resource, sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from assay.engines.tlog import Log, StorageFullError, audit
from assay.trust.transparency import NoteSigner

signer = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"L" * 32))
directory = Path(sys.argv[1])
log = Log.open(directory, origin=signer.name, signer=signer)
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, unlimited[1]))
for number in range(3):
    assert log.append(bytes(3000)) == number
for _ in range(3):
    try:
        log.append(bytes(3000))  # the kernel takes the part below the limit
    except StorageFullError:
        continue
    raise SystemExit("a record went beyond the limit")
assert log.size == 3 and log.append(b"small") == 3
try:
    for number in range(4, 20):
        log.append(bytes(700))
except StorageFullError:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
index = log.append(b"after")
log.close()
log = Log.open(directory, origin=signer.name, signer=signer)
assert log.size == index + 1 and log.entry(index) == b"after" and log.entry(3) == b"small"
assert audit(directory, signer.verifier).size == index + 1
"""


def test_a_file_size_limit(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB, where the tests may mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(tmp_path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk(small_disk: Path, signer: NoteSigner) -> None:
    log = Log.open(small_disk, origin=signer.name, signer=signer)
    entry = bytes(3000)
    log.append(entry)
    old = log.integrate()

    with pytest.raises(StorageFullError):
        fill(log, entry)
    acknowledged = log.size
    with pytest.raises(StorageFullError):
        log.integrate()
    assert (log.size, log.integrated) == (acknowledged, old.size)
    assert log.entry(acknowledged - 1) == entry
    assert not list(small_disk.rglob("*.tmp"))

    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert log.append(b"after") == acknowledged
    assert log.integrate().size == acknowledged + 1
    log.close()
    log = Log.open(small_disk, origin=signer.name, signer=signer)
    assert log.entry(acknowledged) == b"after"
    assert audit(small_disk, signer.verifier).size == acknowledged + 1
    log.close()


def fill(log: Log, entry: bytes) -> None:
    while True:
        log.append(entry)
