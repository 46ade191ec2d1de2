"""An enclave's way into the registry, through the bindings: announced, registered, alive, listed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.chain.conftest import ETHER

from assay.engines.chain import abi
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.teeregistry import (
    TEE,
    Heartbeat,
    Identity,
    OhttpConfig,
    OhttpKeys,
    Registered,
    Service,
    TEERegistry,
)
from assay.engines.chain.chain import connect
from assay.engines.chain.deployments import Deployments, Planned, deploy
from assay.engines.chain.library import keccak, to_checksum_address
from assay.engines.chain.local import ANY_PORT, LocalChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.engines.chain.typed_data import Domain, hash_struct

STAKE = 10
EPOCH_S = 86_400
PAYEE = to_checksum_address("0x" + "ab" * 20)
KEY = b"a public key in DER"
KEYS = OhttpKeys(1, 0x20, 1, 3, b"\x11" * 32, b"\x22" * 41)
SERVICE = Service(PAYEE, "https://127.0.0.1:8443", b"\x30" * 700, KEYS)


@pytest.fixture
async def owner(local_chain: LocalChain, tmp_path: Path) -> AsyncIterator[Sender]:
    """On a chain of its own, whose clock it may move."""
    account = Account(os.urandom(32))
    async with connect(local_chain.start(ANY_PORT).url) as chain:
        await chain.rpc.call("anvil_setBalance", account.address, hex(100 * ETHER))
        with closing(Nonces.open(tmp_path / "nonces.sqlite", chain.genesis, account.address)) as nonces:
            yield Sender(chain, account, nonces)


async def test_an_enclave_is_registered_and_kept_alive(owner: Sender) -> None:
    chain, me, operator = owner.chain, owner.account.address, Account(os.urandom(32))
    token = Planned(OPG, OPG.initcode(me))
    planned = [token, Planned(TEERegistry, TEERegistry.initcode(me, token.address, STAKE, EPOCH_S))]
    deployments = await deploy(owner, planned, Deployments.of(chain))
    registry, tee_id = deployments.at(TEERegistry), keccak(KEY)

    await owner.transact(registry.announce(keccak(abi.encode(("address", "bytes32"), (me, tee_id)))))
    await owner.transact(deployments.at(OPG).approve(registry.address, STAKE))
    await chain.rpc.call("evm_increaseTime", await chain.read(registry.ANNOUNCED_FOR()))
    await chain.rpc.call("evm_mine")
    receipt = await owner.transact(
        registry.register(Identity(KEY, bytes(32), 0), operator.address, SERVICE, STAKE)
    )
    (event,) = [log for log in receipt.logs if log.topics[0] == Registered.topic()]
    assert Registered.read(event) == Registered(tee_id, me, 0)

    entry = await chain.read(registry.getTEE(tee_id))
    since = entry.registeredAt
    config = OhttpConfig(*KEYS, since)
    assert entry == TEE(
        me, PAYEE, SERVICE.endpoint, KEY, SERVICE.tlsCertificate, bytes(32), 0, True, since, since, config
    )
    assert await chain.read(registry.getActiveTEEs(0)) == (entry,)

    timestamp = since + 1
    domain = Domain("TEERegistry", chain.chain_id, registry.address, "1")
    struct = hash_struct(
        "Heartbeat(bytes32 teeId,uint256 timestamp)", ("bytes32", "uint256"), (tee_id, timestamp)
    )
    beat = registry.heartbeat(tee_id, timestamp, operator.sign_digest(domain.digest(struct)))
    receipt = await owner.transact(beat)
    assert Heartbeat.read(receipt.logs[0]) == Heartbeat(tee_id, timestamp, timestamp + EPOCH_S)
    assert (await chain.read(registry.getTEE(tee_id))).lastHeartbeatAt == timestamp
    assert await chain.read(registry.wasEnabledAt(tee_id, since))
