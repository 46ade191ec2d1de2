"""A real browser, without a window, where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), "")

needed = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium is installed (Debian: apt-get install chromium)"
)


@contextmanager
def showing(url: str) -> Iterator[None]:
    """Chromium with the page ``url`` open, in a profile of its own that goes with it."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, "--headless=new", f"--user-data-dir={Path(profile)}", *_flags(), url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def _flags() -> Iterator[str]:
    yield from (
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    )
    if os.geteuid() == 0:
        yield "--no-sandbox"  # Chromium refuses to start as root with one
