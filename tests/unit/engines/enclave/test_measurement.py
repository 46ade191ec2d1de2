from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.engines.enclave import measurement
from assay.engines.enclave.measurement import Measurement

CONFIG = hashlib.sha384(b"config").digest()
ROW = "extra/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"


@pytest.fixture(autouse=True)
def _measured_anew() -> Iterator[None]:
    """A process measures its packages once; these tests are several processes' worth."""
    measurement.packages.cache_clear()
    yield
    measurement.packages.cache_clear()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The metadata folder of one more installed package."""
    folder = tmp_path / "extra-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (folder / "RECORD").write_text(f"{ROW}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def pcr0() -> str:
    measurement.packages.cache_clear()
    return Measurement(CONFIG).registers()["PCR0"]


def test_three_registers_of_sha384() -> None:
    registers = Measurement(CONFIG).registers()
    assert list(registers) == ["PCR0", "PCR1", "PCR2"]
    assert registers["PCR2"] == CONFIG.hex()
    assert all(len(bytes.fromhex(register)) == 48 and int(register, 16) for register in registers.values())


def test_another_process_in_another_place_measures_the_same(tmp_path: Path) -> None:
    program = (
        "from assay.engines.enclave.measurement import Measurement\n"
        f"print(Measurement(bytes.fromhex({CONFIG.hex()!r})).registers())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == str(Measurement(CONFIG).registers())


def test_one_more_package_changes_it(installed: Path) -> None:
    with_it = pcr0()
    (installed / "METADATA").unlink()
    (installed / "RECORD").unlink()
    installed.rmdir()
    assert pcr0() != with_it


def test_another_version_changes_it(installed: Path) -> None:
    before = pcr0()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.1\n")
    assert pcr0() != before


def test_other_content_changes_it(installed: Path) -> None:
    before = pcr0()
    (installed / "RECORD").write_text(ROW.replace("47DE", "57DE"))
    assert pcr0() != before


def test_what_an_installer_notes_for_itself_does_not(installed: Path) -> None:
    before = pcr0()
    noise = [
        "../../../bin/extra,sha256=Jt9YWWmsZIKM6BxhKIKj7kP97ajtrfEzT5Yj8SiEod0,223",
        "extra/__pycache__/__init__.cpython-311.pyc,,",
        "extra-1.0.dist-info/INSTALLER,sha256=zuuue4knoyJ-UwPPXg8fezS7VCrXJQrAP7zeNuwvFQg,4",
        "extra-1.0.dist-info/direct_url.json,sha256=k5nl3do9JuhC1vtUIMOLCFeqxWjVO629wiSzohM576g,60",
        ROW,
        "extra-1.0.dist-info/RECORD,,",
    ]
    (installed / "RECORD").write_text("\n".join(noise))
    assert pcr0() == before


def test_the_configuration_changes_its_own_register_alone() -> None:
    one = Measurement(CONFIG).registers()
    other = Measurement(hashlib.sha384(b"other").digest()).registers()
    assert {name for name in one if one[name] != other[name]} == {"PCR2"}


@pytest.mark.parametrize("size", [0, 32, 47, 49, 64])
def test_a_configuration_digest_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="SHA-384"):
        Measurement(bytes(size))


def test_a_process_measures_once_and_fast() -> None:
    began = time.process_time()
    first = Measurement(CONFIG).registers()
    assert time.process_time() - began < 0.3
    began = time.process_time()
    assert Measurement(CONFIG).registers() == first
    assert time.process_time() - began < 0.005
