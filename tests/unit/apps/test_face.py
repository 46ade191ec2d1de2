"""`import assay`: quick, and every public name where it is promised."""

from __future__ import annotations

import subprocess
import sys

import pytest

import assay


def test_every_public_name_loads() -> None:
    assert {name: getattr(assay, name).__name__ for name in assay.__all__} == {
        name: name for name in assay.__all__
    }


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = assay.nonsense


def test_importing_loads_nothing_else() -> None:
    listing = "import assay, sys; print(sorted(m for m in sys.modules if m.startswith(('assay.', 'httpx2', 'openai'))))"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
