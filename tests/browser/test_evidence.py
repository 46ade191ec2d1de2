"""The bundle, as a page loads it, judges the shared vectors in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.browser import chromium
from tests.browser.serving import serving
from tests.interop.web import running
from tests.vectors import make_evidence, make_examinations

PAGES = Path(__file__).parent
COMPARED = ("identity", "measurements", "versions", "attributes", "debug")

pytestmark = [running.needed, chromium.needed]


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    running.build()


def reported(page: str, cases: Path) -> list[dict[str, Any]]:
    """What the page makes of each case."""
    with serving(PAGES / page, cases) as (url, reports), chromium.showing(url):
        return reports.get(timeout=60)


def test_a_page_verifies_every_document_as_expected() -> None:
    outcomes = reported("evidence.html", make_evidence.FILE)
    for case, outcome in zip(json.loads(make_evidence.FILE.read_text("utf-8")), outcomes, strict=True):
        assert outcome == reduced(case["expect"]), case["name"]


def reduced(expected: dict[str, Any]) -> dict[str, Any]:
    """The claims that the page reports, of all that it could."""
    if "error" in expected:
        return expected
    return {"claims": {name: expected["claims"][name] for name in COMPARED}}


def test_a_page_examines_every_file_as_expected() -> None:
    outcomes = reported("examinations.html", make_examinations.FILE)
    cases = json.loads(make_examinations.FILE.read_text("utf-8"))
    for case, outcome in zip(cases, outcomes, strict=True):
        expected = {name: case["expect"][name] for name in ("level", "checks", "rejected", "warned")}
        assert outcome == expected, case["name"]
