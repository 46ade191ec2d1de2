from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.engines.enclave.listing import tree
from assay.engines.enclave.packages import Packages

ROW = "extra/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The metadata folder of one more installed package."""
    folder = tmp_path / "extra-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (folder / "RECORD").write_text(f"{ROW}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_another_process_in_another_place_measures_the_same(tmp_path: Path) -> None:
    program = "from assay.engines.enclave.packages import Packages; print(Packages.here().installed().hex())"
    there = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == Packages.here().installed().hex()


def test_one_more_package_changes_it(extra: Path) -> None:
    with_it = Packages.here().installed()
    (extra / "METADATA").unlink()
    (extra / "RECORD").unlink()
    extra.rmdir()
    assert Packages.here().installed() != with_it


def test_another_version_changes_it(extra: Path) -> None:
    before = Packages.here().installed()
    (extra / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.1\n")
    assert Packages.here().installed() != before


def test_other_content_changes_it(extra: Path) -> None:
    before = Packages.here().installed()
    (extra / "RECORD").write_text(ROW.replace("47DE", "57DE"))
    assert Packages.here().installed() != before


def test_what_an_installer_notes_for_itself_does_not(extra: Path) -> None:
    before = Packages.here().installed()
    noise = [
        "../../../bin/extra,sha256=Jt9YWWmsZIKM6BxhKIKj7kP97ajtrfEzT5Yj8SiEod0,223",
        "extra/__pycache__/__init__.cpython-311.pyc,,",
        "extra-1.0.dist-info/INSTALLER,sha256=zuuue4knoyJ-UwPPXg8fezS7VCrXJQrAP7zeNuwvFQg,4",
        "extra-1.0.dist-info/direct_url.json,sha256=k5nl3do9JuhC1vtUIMOLCFeqxWjVO629wiSzohM576g,60",
        ROW,
        "extra-1.0.dist-info/RECORD,,",
    ]
    (extra / "RECORD").write_text("\n".join(noise))
    assert Packages.here().installed() == before


def test_a_tree_is_its_paths_and_contents(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.py").write_bytes(b"b")
    (tmp_path / "a.py").write_bytes(b"a")
    listing = f"a.py {hashlib.sha384(b'a').hexdigest()}\nsub/b.py {hashlib.sha384(b'b').hexdigest()}\n"
    assert tree(tmp_path) == hashlib.sha384(listing.encode()).digest()


def test_a_tree_has_no_compiled_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a")
    before = tree(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"compiled")
    assert tree(tmp_path) == before
