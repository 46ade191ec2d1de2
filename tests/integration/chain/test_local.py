"""The chain of this machine begins, ends, is found, and survives the death of either of its two processes.

``ASSAY_CRASH_ROUNDS`` sets how often both are killed in the middle of blocks (4 by default).
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import time
from pathlib import Path

import pytest

from assay.engines.chain.local import ANY_PORT, CHAIN_ID, LocalChain
from assay.engines.chain.rpc import Rpc
from assay.engines.process import presence
from assay.engines.process.launch import LaunchFailed, wait_until
from assay.engines.process.presence import Running

ROUNDS = int(os.environ.get("ASSAY_CRASH_ROUNDS", "4"))
SOMEBODY = f"0x{'ab' * 20}"


async def ask(chain: LocalChain, method: str, *parameters: object) -> object:
    node = chain.find()
    assert node is not None
    async with Rpc(node.url) as rpc:
        return await rpc.call(method, *parameters)  # type: ignore[arg-type]


async def height(chain: LocalChain) -> int:
    return int(str(await ask(chain, "eth_blockNumber")), 16)


def keeper(chain: LocalChain) -> Running:
    running = presence.find(chain.directory.keeper)
    assert running is not None
    return running


def written(chain: LocalChain) -> int:
    """The height that the state has been written at; read as a whole, so that half a file would be noticed."""
    if not chain.directory.state.exists():
        return 0
    return int(json.loads(chain.directory.state.read_bytes())["block"]["number"], 16)


def kill(process: Running, path: Path) -> None:
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: presence.find(path) is None, 5)


async def test_up_and_down(local_chain: LocalChain) -> None:
    assert local_chain.find() is None
    assert local_chain.stop(), "nothing is no trouble to stop"
    node = local_chain.start(ANY_PORT)
    assert local_chain.find() == node == local_chain.start(ANY_PORT), "a chain that runs is left as it is"
    assert await ask(local_chain, "eth_chainId") == hex(CHAIN_ID)
    assert await ask(local_chain, "eth_accounts") == [], "no account has a key that everybody knows"
    assert local_chain.stop()
    assert local_chain.find() is None


async def test_a_chain_for_clients_that_know_one_id_only(anvil_program: Path, tmp_path: Path) -> None:
    chain = LocalChain(tmp_path / "base", anvil_program, chain_id=8453)
    try:
        for _ in range(2):
            chain.start(ANY_PORT)
            assert await ask(chain, "eth_chainId") == hex(8453)
            await ask(chain, "anvil_mine", hex(1))
            assert chain.stop()
    finally:
        chain.stop()


async def test_every_block_from_before_the_end_is_there_again(local_chain: LocalChain) -> None:
    local_chain.start(ANY_PORT)
    await ask(local_chain, "anvil_setBalance", SOMEBODY, hex(5))
    await ask(local_chain, "anvil_mine", hex(3))
    block = await ask(local_chain, "eth_getBlockByNumber", "latest", False)
    assert local_chain.stop()
    local_chain.start(ANY_PORT)
    assert await ask(local_chain, "eth_getBlockByNumber", "latest", False) == block
    assert await ask(local_chain, "eth_getBalance", SOMEBODY, "latest") == hex(5)


async def test_a_killed_node_begins_again_where_it_was_written(local_chain: LocalChain) -> None:
    first = local_chain.start(ANY_PORT)
    await ask(local_chain, "anvil_mine", hex(3))
    assert wait_until(lambda: written(local_chain) == 3, 20), "new blocks are written by and by"
    kill(first, local_chain.directory.anvil)
    assert local_chain.find() is None
    assert wait_until(lambda: presence.find(local_chain.directory.keeper) is None, 5), (
        "nothing is left to keep"
    )
    assert local_chain.start(ANY_PORT) != first
    assert await height(local_chain) == 3


async def test_a_killed_keeper_is_replaced_and_the_node_never_notices(local_chain: LocalChain) -> None:
    node = local_chain.start(ANY_PORT)
    kill(keeper(local_chain), local_chain.directory.keeper)
    await ask(local_chain, "anvil_mine", hex(2))
    assert local_chain.start(ANY_PORT) == node
    assert await height(local_chain) == 2

    kill(keeper(local_chain), local_chain.directory.keeper)
    await ask(local_chain, "anvil_mine", hex(2))
    assert local_chain.stop(), "its blocks are written even though nobody kept it"
    local_chain.start(ANY_PORT)
    assert await height(local_chain) == 4


async def test_kills_in_the_middle_of_blocks_lose_nothing_that_was_written(local_chain: LocalChain) -> None:
    safe = 0
    for _ in range(ROUNDS):
        node = local_chain.start(ANY_PORT)
        assert await height(local_chain) >= safe
        until = time.monotonic() + random.uniform(0, 1.5)
        async with Rpc(node.url) as rpc:
            while time.monotonic() < until:
                await rpc.call("anvil_mine", hex(random.randint(1, 20)))
        safe = written(local_chain)
        for process in random.sample([node, keeper(local_chain)], 2):
            os.kill(process.pid, signal.SIGKILL)
        assert wait_until(lambda: local_chain.find() is None, 5)


def test_a_port_that_is_taken(local_chain: LocalChain) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LaunchFailed) as caught:
        local_chain.start(taken.getsockname()[1])
    assert caught.value.code == "anvil_failed"
    assert "--port" in caught.value.hint
    assert local_chain.find() is None


def test_a_state_that_somebody_has_damaged(local_chain: LocalChain) -> None:
    local_chain.start(ANY_PORT)
    local_chain.stop()
    local_chain.directory.state.write_text("{")
    with pytest.raises(LaunchFailed) as caught:
        local_chain.start(ANY_PORT)
    assert caught.value.code == "anvil_failed"
    assert str(local_chain.directory.output) in caught.value.hint
    assert local_chain.directory.output.read_text(), "it says what is wrong"
    assert local_chain.directory.state.read_text() == "{", "and leaves it for whoever can mend it"
