"""A gateway that cannot start says why, with the code of its own failure."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from assay.apps.network.address import LOOPBACK, is_free, listen, url_of
from assay.apps.network.health import ask_health
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor
from assay.engines.process.launch import LaunchFailed


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def test_nothing_runs(home: Home) -> None:
    supervisor = Supervisor(home)
    assert supervisor.find() is None
    assert supervisor.health() is None
    supervisor.wait_for_end()


def test_a_faulty_catalogue(home: Home) -> None:
    home.catalogue.write_text("[[providers]]\nname = 'x'\nkind = 'no such kind'\n")
    with pytest.raises(LaunchFailed) as caught:
        Supervisor(home).start(LOOPBACK, 0)
    assert caught.value.code == "config_invalid"
    assert caught.value.hint
    assert Supervisor(home).find() is None


def test_a_port_that_is_taken(home: Home) -> None:
    with listen(LOOPBACK, 0) as taken:
        port = taken.getsockname()[1]
        assert url_of(taken) == f"http://127.0.0.1:{port}"
        assert not is_free(LOOPBACK, port)
        with pytest.raises(LaunchFailed) as caught:
            Supervisor(home).start(LOOPBACK, port)
    assert caught.value.code == "port_taken"
    assert is_free(LOOPBACK, port)


def test_something_else_answers(upstream: object) -> None:
    with socket.create_server((LOOPBACK, 0)) as closed:
        url = url_of(closed)
    assert ask_health(url) is None
    assert ask_health(upstream.url) is None  # type: ignore[attr-defined]
