"""Files under their digests, and no others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assay.engines.storage.blobs import Blobs


def test_kept_under_its_digest(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "below" / "blobs")
    names = [blobs.put(content) for content in (b"", b"one", b"two", b"one")]
    assert names == [hashlib.sha256(content).hexdigest() for content in (b"", b"one", b"two", b"one")]
    anew = Blobs(tmp_path / "below" / "blobs")
    assert [anew.get(name) for name in names] == [b"", b"one", b"two", b"one"]


@pytest.mark.parametrize(
    "name", ["", "0" * 64, "../secret", "../" * 20 + "etc", "A" * 64, "0" * 63, "0" * 64 + "\n"]
)
def test_nothing_else_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    blobs = Blobs(tmp_path / "blobs")
    blobs.put(b"one")
    assert blobs.get(name) is None
