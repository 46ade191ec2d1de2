"""`assay receipts`: the kept calls, as a list, as a picture, and as files for others."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from tests.unit.apps.cli.conftest import Run

from assay.apps.client.store import ReceiptStore
from assay.apps.network.home import Home
from assay.trust.receipts.bundle import Bundle

pytestmark = pytest.mark.usefixtures("home")


def test_nothing_is_kept_yet(run: Run) -> None:
    result = run("receipts", "ls")
    assert result.exit_code == 0
    assert "No receipts yet" in result.output


def test_the_list(run: Run, kept: str) -> None:
    head, row = run("receipts", "ls").output.splitlines()
    assert head.split()[0] == "RECEIPT"
    assert row.split() == [kept[:16], "2026-11-24", "12:00:00", "tiny", "completed", "1", "pending"]


def test_the_picture_of_a_call(run: Run, kept: str) -> None:
    picture = run("receipts", "show", kept[:6]).output
    for said in (kept, "Name a colour.", "test:tiny", "Blue.", "9 + 2 tokens", "0.000001 USD", "pending"):
        assert said in picture


def test_the_picture_of_a_stream(run: Run, home: Home, streamed: Bundle) -> None:
    name = ReceiptStore(home.receipts).save(streamed)
    picture = run("receipts", "show", name).output
    assert "a stream of 3 chunks" in picture
    assert "Blue." in picture


def test_the_statement_itself(run: Run, kept: str) -> None:
    statement = json.loads(run("receipts", "show", kept, "--json").output)
    assert statement["predicateType"] == "urn:assay:inference:v1"


def test_a_private_export_holds_nothing_to_read(run: Run, kept: str, tmp_path: Path) -> None:
    target = tmp_path / "private.assay"
    result = run("receipts", "export", kept, "-o", target, "--private")
    assert result.exit_code == 0
    assert "without log proof" in result.stderr, "no gateway is running"
    bundle = Bundle.from_bytes(target.read_bytes())
    assert (bundle.request, bundle.answer, bundle.opening) == (None, None, None)
    assert b"colour" not in target.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert run("verify", target).exit_code == 0


def test_chosen_members_are_disclosed_and_no_others(run: Run, kept: str, tmp_path: Path) -> None:
    target = tmp_path / "some.assay"
    assert run("receipts", "export", kept, "-o", target, "--disclose", "model,temperature").exit_code == 0
    opening = Bundle.from_bytes(target.read_bytes()).opening
    assert opening is not None
    assert opening.disclosed == {"request/model": b'"tiny"', "request/temperature": b"0.5"}
    assert opening.salts.keys() == opening.disclosed.keys()
    verdict = run("verify", target)
    assert verdict.exit_code == 0
    assert "request/model, request/temperature" in verdict.output


def test_an_export_can_be_verified_by_whoever_gets_it(run: Run, kept: str, tmp_path: Path) -> None:
    assert run("receipts", "export", kept, "-o", tmp_path / "all.assay").exit_code == 0
    assert "request (3 members" in run("verify", tmp_path / "all.assay").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "ff"), "receipt_unknown"),
        (("export", "ID", "--disclose", "seed"), "nothing_to_disclose"),
        (("export", "ID", "-o", "/nowhere/file"), "file_unwritable"),
    ],
)
def test_failures_have_codes(run: Run, kept: str, arguments: tuple[str, ...], code: str) -> None:
    result = run("receipts", *(kept if word == "ID" else word for word in arguments))
    assert result.exit_code != 0
    assert f"({code})" in result.stderr
