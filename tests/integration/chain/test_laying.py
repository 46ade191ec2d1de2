"""A contract laid at an address of choice is as good as one that was deployed there."""

from __future__ import annotations

from tests.laying import OPG_ON_BASE, lay

from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.sender import Sender
from assay.engines.chain.typed_data import Domain

SUPPLY = 10**27
OTHER = to_checksum_address("0x" + "ab" * 20)


async def test_opg_where_clients_of_opengradient_look_for_it(sender: Sender) -> None:
    owner, chain, token = sender.account.address, sender.chain, OPG(OPG_ON_BASE)
    await lay(sender, OPG_ON_BASE, OPG.initcode(owner))
    assert await chain.read(token.balanceOf(owner)) == await chain.read(token.totalSupply()) == SUPPLY
    separator = Domain("OPG", chain.chain_id, OPG_ON_BASE, "1").separator
    assert await chain.read(token.DOMAIN_SEPARATOR()) == separator, "signatures are for where it is"
    await sender.transact(token.transfer(OTHER, 5))
    assert await chain.read(token.balanceOf(OTHER)) == 5
    assert await chain.read(token.balanceOf(owner)) == SUPPLY - 5
