"""`assay accounts`, as an operator types it."""

from __future__ import annotations

import pytest
from tests.unit.apps.cli.conftest import Run


def test_an_account_from_its_opening_to_its_statement(run: Run) -> None:
    key = run("accounts", "new", "acme").stdout.strip()
    assert key.startswith("assay-")
    assert run("accounts", "invoice", "acme", "100").stdout == "invoice 1: acme pays 100 USD\n"
    assert run("accounts", "deposit", "acme", "--invoice", "1").stdout == "acme has 100 USD\n"
    assert run("accounts", "deposit", "acme", "20.5", "--opg", "0xABC").stdout == "acme has 120.5 USD\n"
    assert run("accounts", "deposit", "acme", "0.000001", "--play").stdout == "acme has 120.500001 USD\n"
    listed = [line.split() for line in run("accounts", "ls").stdout.splitlines()]
    assert listed[:3] == [
        ["account", "kind", "USD"],
        ["acme", "customer", "120.500001"],
        ["cash", "cash", "-100"],
    ]
    head, *lines = run("accounts", "statement", "acme").stdout.splitlines()
    assert head.split() == ["when", "from", "or", "for", "reference", "member", "USD", "balance"]
    assert [line.split()[-2:] for line in lines] == [
        ["100", "100"],
        ["20.5", "120.5"],
        ["0.000001", "120.500001"],
    ]
    assert "invoice 1" in lines[0]
    assert "0xabc" in lines[1]


def test_members_and_their_keys(run: Run) -> None:
    owners = run("accounts", "new", "acme").stdout
    typed = ["--total", "50", "--per-day", "5", "--per-call", "0.1", "--model", "one", "--model", "two"]
    run("accounts", "member", "acme", "team", *typed)
    listed = run("accounts", "ls", "acme").stdout.splitlines()
    assert listed[1].split() == ["owner", "0", "-", "-", "-", "all"]
    assert listed[2].split() == ["team", "0", "50", "5", "0.1", "one,", "two"]
    keys = {
        owners,
        *(run("accounts", "key", "acme", *who).stdout for who in ([], ["team"], ["team", "--only"])),
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["new", "acme"], "account_exists"),
        (["statement", "nobody"], "account_unknown"),
        (["key", "acme", "nobody"], "account_unknown"),
        (["deposit", "acme", "1", "--opg", "0xabc"], "deposit_known"),
        (["deposit", "acme", "1", "--opg", "0xABC"], "deposit_known"),
        (["deposit", "acme", "--invoice", "7"], "invoice_unknown"),
        (["deposit", "acme", "0", "--play"], "amount_invalid"),
        (["deposit", "acme", "0.0000001", "--play"], "amount_invalid"),
        (["invoice", "acme", "a lot"], "amount_invalid"),
    ],
)
def test_what_is_refused(run: Run, typed: list[str], code: str) -> None:
    run("accounts", "new", "acme")
    run("accounts", "deposit", "acme", "1", "--opg", "0xabc")
    result = run("accounts", *typed)
    assert result.exit_code == 1
    assert f"({code})" in result.stderr
    assert run("accounts", "statement", "acme").stdout.splitlines()[1:][-1].endswith("1    1")


@pytest.mark.parametrize("typed", [["1"], ["--invoice", "1", "--play"], ["1", "--invoice", "1"], ["--play"]])
def test_a_deposit_comes_from_one_place(run: Run, typed: list[str]) -> None:
    run("accounts", "new", "acme")
    assert run("accounts", "deposit", "acme", *typed).exit_code == 2
