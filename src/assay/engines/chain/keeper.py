"""`python -m assay.engines.chain.keeper DIRECTORY`: runs anvil, and writes its state down when there are new blocks.

Anvil can write its state by itself, but over the old one: a kill in between would leave neither. And it would do so
every second, blocks or not. The keeper writes a file that is whole or not there, and only when there is need.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import gzip
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assay.engines.chain.errors import AnvilFailed, ChainError, ChainUnreachable, WrongChain
from assay.engines.chain.local import ANY_PORT, LOOPBACK, Directory
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.wire import from_data, from_quantity
from assay.engines.process import presence
from assay.engines.process.launch import say_failed, say_ready
from assay.engines.process.presence import Running
from assay.engines.tlog.durable import write_durably
from assay.errors import AssayError

_LOOK_S = 0.25
"""Between two looks for new blocks: what a kill of the node can take, as long as the state is small."""
_SHARE = 10
"""Writing takes one part in so many of the time, as the state grows with every block."""
_ANSWER_S = 30.0
_PAUSE_S = 0.02
_DUMP_S = 600.0

_INHERITED = ("HOME", "PATH", "TMPDIR")
"""Environment variables that anvil may see; the keys of hosted models are among the others."""


class Keeper:
    """Writes the state of one running node to one file."""

    def __init__(self, rpc: Rpc, directory: Directory) -> None:
        self._rpc = rpc
        self._directory = directory
        self._written: str | None = None

    async def keep(self, leave: asyncio.Event) -> None:
        """Write whenever there are new blocks, until told to leave, or until the node is gone."""
        while self._node_runs():
            leaving = (
                leave.is_set()
            )  # asked before writing: every block from before the word to leave is written
            began = time.monotonic()
            try:
                await self.write()
            except (
                ChainError,
                OSError,
            ) as error:  # the node was killed, or the disk is full: the next look will tell
                print(error, file=sys.stderr, flush=True)
            if leaving:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(leave.wait(), max(_LOOK_S, _SHARE * (time.monotonic() - began)))

    async def write(self) -> None:
        """Write the state, unless the newest block has been. What was changed by no block waits for the next one."""
        block = await self._rpc.call("eth_getBlockByNumber", "latest", False)
        if block["hash"] != self._written:
            state = from_data(await self._rpc.call("anvil_dumpState"))
            write_durably(self._directory.state, gzip.decompress(state))
            self._written = block["hash"]

    def _node_runs(self) -> bool:
        return presence.find(self._directory.anvil) is not None


async def keep(directory: Directory, anvil: Path, port: int, chain_id: int) -> None:
    """Be the keeper until SIGTERM or SIGINT, which end the node too, or until the node has ended."""
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    with _alone(directory):
        node = presence.find(directory.anvil) or _start(directory, anvil, port, chain_id)
        async with Rpc(node.url, timeout=_DUMP_S) as rpc:
            await _until_it_answers(rpc, directory, chain_id)
            with presence.announced(directory.keeper, node.url):
                say_ready(node.url)
                await Keeper(rpc, directory).keep(leave)
        if leave.is_set():
            with suppress(ProcessLookupError):
                os.kill(node.pid, signal.SIGTERM)


@contextmanager
def _alone(directory: Directory) -> Iterator[None]:
    with directory.lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnvilFailed("Another process is about to start this chain.", hint="try again") from None
        yield


def _start(directory: Directory, anvil: Path, port: int, chain_id: int) -> Running:
    """Start a node where the last one ended. It holds the file of its presence open for as long as it lives."""
    port = _free(port)
    arguments = ["--host", LOOPBACK, "--port", str(port), "--chain-id", str(chain_id), "--hardfork", "prague"]
    # No accounts with keys that everybody knows, and no page in a browser may ask.
    arguments += ["--accounts", "0", "--no-cors", "--no-request-size-limit", "--quiet"]
    if directory.state.exists():
        arguments += ["--load-state", str(directory.state)]
    with presence.open_file(directory.anvil) as file:
        process = subprocess.Popen(  # noqa: S603 - the program whose digest was checked
            [str(anvil), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            pass_fds=[file.fileno()],
        )
        running = Running(process.pid, f"http://{LOOPBACK}:{port}", time.time())
        presence.announce(file, running)
    return running


def _free(port: int) -> int:
    """``port`` if it is free; some other if it is `ANY_PORT`."""
    try:
        with socket.create_server((LOOPBACK, port)) as listener:
            return int(listener.getsockname()[1])
    except OSError as error:
        raise AnvilFailed(
            f"Port {port} cannot be listened on: {error.strerror}.",
            hint=f"choose another one with --port; {ANY_PORT} takes any that is free",
        ) from error


async def _until_it_answers(rpc: Rpc, directory: Directory, chain_id: int) -> None:
    deadline = time.monotonic() + _ANSWER_S
    while presence.find(directory.anvil) is not None and time.monotonic() < deadline:
        try:
            found = from_quantity(await rpc.call("eth_chainId"))
        except ChainUnreachable:
            await asyncio.sleep(_PAUSE_S)
            continue
        if found != chain_id:
            raise WrongChain(f"A chain {found} answers where chain {chain_id} should.")
        return
    raise AnvilFailed("The chain's node does not answer.", hint=f"its last words are in {directory.output}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--anvil", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chain-id", type=int, required=True)
    arguments = parser.parse_args()
    try:
        asyncio.run(keep(Directory(arguments.directory), arguments.anvil, arguments.port, arguments.chain_id))
    except AssayError as error:
        say_failed(error)
        sys.exit(str(error))


if __name__ == "__main__":
    main()
