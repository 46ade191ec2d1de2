"""Installed packages, as an installer leaves them in a folder, and a folder with Assay in it."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import assay

SOURCE = Path(assay.__file__).parent
LOCK = b"# pinned\nsome-package==1.0\nother_package==2.0\n"


def install(
    folder: Path, name: str, version: str, files: Mapping[str, bytes], *, launcher: bytes = b"#!"
) -> Path:
    """Unpack a wheel of these ``files`` into ``folder``; ``launcher`` is what the installer made up for itself."""
    metadata = f"{name}-{version}.dist-info"
    brought = files | {
        f"{metadata}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    }
    notes = {f"{metadata}/INSTALLER": launcher, f"../../bin/{name}": launcher}
    for path, content in (brought | notes).items():
        target = folder / path.removeprefix("../../")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    compiled = folder / name / "__pycache__" / "__init__.cpython-311.pyc"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    compiled.write_bytes(launcher)
    rows = [f"{path},sha256={_sha256(content)},{len(content)}" for path, content in (notes | brought).items()]
    rows += [f"{metadata}/RECORD,,", f"{compiled.relative_to(folder)},,"]
    (folder / metadata / "RECORD").write_text("\n".join(rows))
    return folder / metadata


def install_assay(folder: Path) -> None:
    """A regular install of Assay: what measures itself, and its metadata."""
    shutil.copytree(SOURCE / "engines" / "enclave", folder / "assay" / "engines" / "enclave")
    for module in ("__init__.py", "errors.py", "engines/__init__.py"):
        shutil.copy(SOURCE / module, folder / "assay" / module)
    install(folder, "assay", "0.1.0", {})


def environment(folder: Path, *, launcher: bytes = b"#!") -> Path:
    """``folder``, with Assay and two packages in it."""
    install(
        folder, "other_package", "2.0", {"other_package/__init__.py": b"", "other_package/data": b"\0" * 600}
    )
    install(folder, "some.package", "1.0", {"some/package.py": b"VALUE = 1\n"}, launcher=launcher)
    install_assay(folder)
    return folder


def _sha256(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
