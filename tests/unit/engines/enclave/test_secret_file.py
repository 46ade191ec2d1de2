from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from assay.engines.enclave.secret_file import SecretFileExposed, read_or_create

RACERS = 6


def test_it_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    assert read_or_create(path, lambda: b"first") == b"first"
    assert read_or_create(path, lambda: b"second") == b"first"


def test_only_its_owner_may_open_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    read_or_create(path, lambda: b"content")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    read_or_create(path, lambda: b"content")
    path.chmod(mode)
    with pytest.raises(SecretFileExposed) as refusal:
        read_or_create(path, lambda: b"content")
    assert "content" not in str(refusal.value)


def test_all_who_race_get_the_same_and_leave_nothing_behind(tmp_path: Path) -> None:
    with ThreadPoolExecutor(RACERS) as pool:
        for attempt in range(20):
            path = tmp_path / str(attempt) / "secret"
            start = Barrier(RACERS)

            def race(path: Path = path, start: Barrier = start) -> bytes:
                def make() -> bytes:
                    start.wait()  # everybody has seen that there is no file
                    return secrets.token_bytes(32)

                return read_or_create(path, make)

            results = {future.result() for future in [pool.submit(race) for _ in range(RACERS)]}
            assert results == {path.read_bytes()}
            assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_a_maker_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise RuntimeError

    path = tmp_path / "secret"
    with pytest.raises(RuntimeError):
        read_or_create(path, fail)
    assert read_or_create(path, lambda: b"whole") == b"whole"
