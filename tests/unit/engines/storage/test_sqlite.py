"""Transactions are whole, also when SQLite has already given one up by itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from assay.engines.storage.sqlite import open_tables, transaction

SCHEMA = "CREATE TABLE IF NOT EXISTS number (value BLOB NOT NULL) STRICT;"


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM number").fetchone()[0])


def add(connection: sqlite3.Connection, *values: bytes) -> None:
    for value in values:
        connection.execute("INSERT INTO number VALUES (?)", (value,))


def test_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "below" / "tables.sqlite"
    connection = open_tables(path, SCHEMA)
    with transaction(connection):
        add(connection, b"1")
    connection.close()
    assert count(open_tables(path, SCHEMA)) == 1


def test_a_failure_inside(tmp_path: Path) -> None:
    connection = open_tables(tmp_path / "tables.sqlite", SCHEMA)
    with pytest.raises(sqlite3.IntegrityError), transaction(connection):
        add(connection, b"1", None)  # type: ignore[arg-type]
    assert count(connection) == 0
    with transaction(connection):
        add(connection, b"1")
    assert count(connection) == 1


def test_a_full_disk(tmp_path: Path) -> None:
    connection = open_tables(tmp_path / "tables.sqlite", SCHEMA)
    connection.execute("PRAGMA max_page_count = 10")
    with pytest.raises(sqlite3.OperationalError, match="full"), transaction(connection):
        add(connection, b"1", bytes(1_000_000))
    assert count(connection) == 0
    connection.execute("PRAGMA max_page_count = 1000")
    with transaction(connection):
        add(connection, bytes(1_000_000))
    assert count(connection) == 1
