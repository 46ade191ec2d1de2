"""``kill -9`` at any moment: nothing acknowledged is lost, and the log never contradicts itself.

``ASSAY_CRASH_ROUNDS`` sets how many processes are killed (40 by default).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import count, pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.tlog import Log, audit
from assay.trust.transparency import NoteSigner, verify_consistency, verify_log_proof

ROUNDS = int(os.environ.get("ASSAY_CRASH_ROUNDS", "40"))
ROUNDS_BETWEEN_CHECKS = 4
LONGEST_LIFE_S = 0.12

SIGNER = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"L" * 32))

WRITER = """
import os, random, sys, threading, time
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from assay.engines.tlog import Log
from assay.trust.transparency import NoteSigner

signer = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"L" * 32))
directory, life = Path(sys.argv[1]), sys.argv[2]

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

say("started")
log = Log.open(directory, origin=signer.name, signer=signer)

def integrate_all_the_time():
    while True:
        checkpoint = log.integrate()
        say("checkpoint", checkpoint.size, checkpoint.root.hex())

threading.Thread(target=integrate_all_the_time, daemon=True).start()
while True:
    length = random.choice((0, 10, 300, 3000)) if random.random() < 0.99 else 60_000
    index = log.append(f"{life} {log.size} ".encode() + bytes(length))
    say("appended", index, length)
    time.sleep(0.0003)
"""


class History:
    """What the killed processes had said before they died."""

    def __init__(self) -> None:
        self.entries: dict[int, bytes] = {}
        self.checkpoints: dict[int, bytes] = {}

    def read(self, life: int, words: str) -> None:
        for line in words.splitlines(keepends=True):
            match line.split():
                case ["appended", index, length] if line.endswith("\n"):
                    assert int(index) not in self.entries, "one index was given to two entries"
                    self.entries[int(index)] = f"{life} {index} ".encode() + bytes(int(length))
                case ["checkpoint", size, root] if line.endswith("\n"):
                    root_before = self.checkpoints.setdefault(int(size), bytes.fromhex(root))
                    assert root_before.hex() == root, "two checkpoints of one size differ"


def live_and_die(directory: Path, life: int, words: Path) -> str:
    """Run a writer for a random time, kill it, and return what it said."""
    with words.open("wb") as output:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(directory), str(life)], stdout=output)
        while not words.stat().st_size:
            assert writer.poll() is None, "the writer did not start"
            time.sleep(0.002)
        time.sleep(random.uniform(0, LONGEST_LIFE_S))
        writer.kill()
        assert writer.wait() == -signal.SIGKILL, "the writer failed by itself"
    return words.read_text()


def check(directory: Path, history: History) -> None:
    """Everything said is still true of the log as it is now."""
    log = Log.open(directory, origin=SIGNER.name, signer=SIGNER)
    checkpoint = audit(directory, SIGNER.verifier)
    assert log.size == checkpoint.size
    stored = dict(log.entries())
    assert {index: stored.get(index) for index in history.entries} == history.entries
    history.checkpoints[checkpoint.size] = checkpoint.root
    sizes = sorted(history.checkpoints)
    for old, new in [*pairwise(sizes), *((size, sizes[-1]) for size in sizes)]:
        old_root, new_root = history.checkpoints[old], history.checkpoints[new]
        verify_consistency(old, new, old_root, new_root, log.consistency(old, new))
    for index in random.sample(sorted(history.entries), min(20, len(history.entries))):
        proof = log.prove(index)
        assert proof is not None
        assert verify_log_proof(history.entries[index], proof, SIGNER.verifier) == checkpoint
    log.close()


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    directory, history = tmp_path / "log", History()
    for life in range(ROUNDS):
        history.read(life, live_and_die(directory, life, tmp_path / "words"))
        if life % ROUNDS_BETWEEN_CHECKS == ROUNDS_BETWEEN_CHECKS - 1:
            check(directory, history)
    check(directory, history)
    assert history.entries
    assert len(history.checkpoints) > 1


FILE_EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "fcntl.flock"}
"""What Python announces (PEP 578) before it does it."""


def die_before_file_event(number: int) -> None:
    """From now on, kill this process just before it touches a file for the ``number``-th time."""
    left = iter(range(number))

    def hook(event: str, _: object) -> None:
        if event in FILE_EVENTS and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def append_numbered(log: Log, count: int) -> None:
    for number in range(log.size, log.size + count):
        log.append(f"{number}".encode())


def test_killed_before_each_file_operation(tmp_path: Path) -> None:
    base, directory = tmp_path / "base", tmp_path / "log"
    log = Log.open(base, origin=SIGNER.name, signer=SIGNER)
    append_numbered(log, 250)
    old = log.integrate()
    append_numbered(log, 10)
    log.close()

    for events in count():
        shutil.copytree(base, directory)
        process = os.fork()
        if process == 0:
            try:
                die_before_file_event(events)
                log = Log.open(directory, origin=SIGNER.name, signer=SIGNER)  # fills a tile
                append_numbered(log, 3)
                log.integrate()
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(process, 0)

        log = Log.open(directory, origin=SIGNER.name, signer=SIGNER)
        new = audit(directory, SIGNER.verifier)
        verify_consistency(old.size, new.size, old.root, new.root, log.consistency(old.size, new.size))
        assert log.size == log.integrated == new.size >= 260
        assert list(log.entries()) == [(number, f"{number}".encode()) for number in range(new.size)]
        log.close()
        shutil.rmtree(directory)
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert new.size == 263
    assert events > 30
