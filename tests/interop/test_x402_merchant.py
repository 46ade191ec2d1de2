"""A merchant who uses PyPI's x402 as it is, and our node as its facilitator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from eth_account import Account as EthAccount
from tests.integration.payments.conftest import Payer, make_payer, payer, town, town_home
from tests.interop.chain_node import chain_node
from tests.upstreams import ScriptedUpstream
from x402 import x402ResourceServer
from x402.http import FacilitatorConfig, HTTPFacilitatorClient
from x402.mechanisms.evm.exact.server import ExactEvmScheme
from x402.mechanisms.evm.upto.server import UptoEvmScheme
from x402.schemas import ResourceConfig, ResourceInfo

from assay.apps.network.home import Home
from assay.engines.chain.local import CHAIN_ID

__all__ = ["make_payer", "payer", "town", "town_home"]

NETWORK = f"eip155:{CHAIN_ID}"


@pytest.fixture(scope="module")
def facilitator(
    town_home: Home, chain_url: str, upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    root = tmp_path_factory.mktemp("facilitator")
    with chain_node(root, town_home, chain_url, upstream.url, "facilitator = true") as url:
        yield f"{url}/facilitator"


@asynccontextmanager
async def merchant(facilitator: str) -> AsyncIterator[x402ResourceServer]:
    async with HTTPFacilitatorClient(FacilitatorConfig(url=facilitator)) as client:
        server = x402ResourceServer(client)
        server.register("eip155:*", ExactEvmScheme())
        server.register("eip155:*", UptoEvmScheme())
        server.initialize()
        yield server


@pytest.mark.parametrize(
    ("scheme", "method", "due"),
    [("exact", "eip3009", 1000), ("exact", "permit2", 1000), ("upto", "permit2", 17)],
)
async def test_a_merchant_is_paid(facilitator: str, payer: Payer, scheme: str, method: str, due: int) -> None:
    token, payee = payer.town.token, EthAccount.create().address
    named = {"name": "OPG", "version": "1", "assetTransferMethod": method}
    price: Any = {"amount": "1000", "asset": token.address, "extra": named}
    config = ResourceConfig(scheme=scheme, pay_to=payee, price=price, network=NETWORK)
    async with merchant(facilitator) as server:
        accepts = server.build_payment_requirements(config)
        asked = await server.create_payment_required_response(accepts, ResourceInfo(url="http://shop/tea"))
        payload = await payer.sign(asked, scheme, method)
        (required,) = accepts
        verified = await server.verify_payment(payload, required)
        assert (verified.is_valid, verified.payer) == (True, payer.wallet.address), verified.invalid_reason
        settled = await server.settle_payment(payload, required.model_copy(update={"amount": str(due)}))
        assert (settled.success, settled.amount) == (True, str(due)), settled.error_reason
        assert await payer.town.chain.read(token.balanceOf(payee)) == due
        again = await server.settle_payment(payload, required.model_copy(update={"amount": str(due)}))
        assert again.transaction == settled.transaction


def test_it_is_off_by_default(
    town_home: Home, chain_url: str, upstream: ScriptedUpstream, tmp_path: Any
) -> None:
    with chain_node(tmp_path, town_home, chain_url, upstream.url) as url:
        assert httpx2.get(f"{url}/facilitator/supported").status_code == 404
        assert httpx2.get(f"{url}/health").status_code == 200
