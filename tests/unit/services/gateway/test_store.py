"""The index of receipts: derived from the log, allowed to lag, never wrong."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.services.gateway.store import ReceiptIndex

Row = tuple[int, str, str]


def test_found_before_it_is_written(tmp_path: Path) -> None:
    index = ReceiptIndex(tmp_path / "receipts.sqlite")
    index.add(0, "receipt-0", "answer")
    assert index.find("receipt-0") == index.find("answer") == 0
    assert index.next_index() == 0
    index.flush()
    assert index.find("receipt-0") == index.find("answer") == 0
    assert index.next_index() == 1


def test_the_newest_of_a_repeated_id(tmp_path: Path) -> None:
    index = ReceiptIndex(tmp_path / "receipts.sqlite")
    index.add(0, "receipt-0", "answer")
    index.flush()
    index.add(1, "receipt-1", "answer")
    assert index.find("answer") == 1, "the one that waits"
    index.flush()
    assert index.find("answer") == 1, "the one that was written later"
    assert (index.find("receipt-0"), index.find("receipt-1")) == (0, 1)


def test_nothing_has_no_name(tmp_path: Path) -> None:
    index = ReceiptIndex(tmp_path / "receipts.sqlite")
    index.add(0, "receipt-0", "")
    assert index.find("") is None
    index.flush()
    assert index.find("") is None


@given(
    names=st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=20),
    steps=st.lists(st.sampled_from(["add", "flush", "crash"]), max_size=40),
)
@settings(max_examples=40, deadline=None)
def test_after_any_crash_it_catches_up(names: list[str], steps: list[str]) -> None:
    log: list[Row] = []
    waiting = [(number, f"receipt-{number}", name) for number, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "receipts.sqlite"
        index = ReceiptIndex(path)
        for step in steps:
            if step == "add" and waiting:
                log.append(waiting.pop(0))
                index.add(*log[-1])
            elif step == "flush":
                index.flush()
            elif step == "crash":
                index.close()
                index = ReceiptIndex(path)
                index.catch_up(log[index.next_index() :])
                assert index.next_index() == len(log)
            for name in ("a", "b", "c"):
                assert index.find(name) == next((row[0] for row in reversed(log) if row[2] == name), None)
            assert all(index.find(row[1]) == row[0] for row in log)
        index.close()
