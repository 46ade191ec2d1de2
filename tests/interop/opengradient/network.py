"""A network as OpenGradient's clients know one: a node that is paid on Base, and its entry in the registry."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from eth_abi.abi import encode
from eth_account import Account as EthAccount
from eth_utils.crypto import keccak
from tests.anvil_fixture import BASE_CHAIN_ID
from tests.interop.opengradient.base_chain import bring_to_base
from tests.interop.opengradient.tls_front import tls_front

from assay.apps.network.contracts import MINIMUM_STAKE
from assay.apps.network.home import Home
from assay.apps.network.placing import place
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.teeregistry import TEERegistry
from assay.engines.chain.chain import connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender

MODEL = "gpt-4.1-mini"
FUNDS = 100 * 10**18
ETHER = 10**18

SETTINGS = """
[[providers]]
name = "local"
kind = "compatible"
base_url = "{upstream}/v1"
speaks = ["chat.completions"]

[[models]]
id = "{model}"
targets = ["local:{model}"]
price = {{ input = 400_000, output = 1_600_000 }}

[payments]
rpc = "{rpc}"
chain_id = {chain_id}
opg_usd = "0.10"

[opengradient]
"""


@dataclass(frozen=True, slots=True)
class Network:
    node_url: str
    enclave_url: str
    """The same node behind TLS, as the registry has it."""
    rpc: str
    registry: str
    payee: str
    payer_key: str


@contextmanager
def running_network(root: Path, rpc: str, upstream_url: str) -> Iterator[Network]:
    """On the chain at ``rpc``, with a wallet that has OPG and has approved nothing yet."""
    home = Home(root / "node")
    home.create()
    deployments = asyncio.run(place(home, rpc, bring_to_base))
    home.catalogue.write_text(
        SETTINGS.format(upstream=upstream_url, model=MODEL, rpc=rpc, chain_id=BASE_CHAIN_ID)
    )
    with _serving(home) as node_url, tls_front(root, node_url) as (enclave_url, certificate):
        owner, payer = Account.open(home.chain_key).address, EthAccount.create()
        asyncio.run(_settle_in(home, rpc, deployments, node_url, enclave_url, certificate, payer.address))
        registry = deployments.at(TEERegistry).address
        yield Network(node_url, enclave_url, rpc, registry, owner, payer.key.to_0x_hex())


@contextmanager
def _serving(home: Home) -> Iterator[str]:
    command = [sys.executable, "-m", "assay.apps.network.serve", "--home", str(home.root), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


async def _settle_in(
    home: Home,
    rpc: str,
    deployments: Deployments,
    node_url: str,
    enclave_url: str,
    certificate: bytes,
    payer: str,
) -> None:
    """List the enclave, and give the payer money."""
    account = Account.open(home.chain_key)
    token, registry = deployments.at(OPG), deployments.at(TEERegistry)
    public_key = _signing_key(node_url)
    async with connect(rpc, chain_id=BASE_CHAIN_ID) as chain:
        with closing(Nonces.open(home.nonces, chain.genesis, account.address)) as nonces:
            sender = Sender(chain, account, nonces)
            await chain.rpc.call("anvil_setBalance", payer, hex(ETHER))
            await sender.transact(token.transfer(payer, FUNDS))
            await sender.transact(token.approve(registry.address, MINIMUM_STAKE))
            commitment = keccak(encode(["address", "bytes32"], [account.address, keccak(public_key)]))
            await sender.transact(registry.announce(commitment))
            await chain.rpc.call("evm_increaseTime", await chain.read(registry.ANNOUNCED_FOR()))
            service = (account.address, enclave_url, certificate, (0, 0, 0, 0, b"", b""))
            await sender.transact(
                registry.register((public_key, bytes(32), 0), account.address, service, MINIMUM_STAKE)
            )


def _signing_key(node_url: str) -> bytes:
    page = httpx2.get(f"{node_url}/signing-key").json()
    key = load_pem_public_key(page["public_key"].encode())
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def ask(sdk: Path, network: Network) -> dict[str, Any]:
    """Everything that the SDK's script asks, answered."""
    what = {
        "key": network.payer_key,
        "url": network.enclave_url,
        "rpc": network.rpc,
        "registry": network.registry,
    }
    done = subprocess.run(
        [str(sdk), str(Path(__file__).with_name("ask.py"))],
        input=json.dumps(what),
        env=os.environ | {"BASE_MAINNET_RPC": network.rpc},
        stdout=subprocess.PIPE,
        text=True,
        timeout=180,
        check=True,
    )
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers
