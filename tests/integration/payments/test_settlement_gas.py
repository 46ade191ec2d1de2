"""Wallets that take little gas when it is estimated, and all they can get in the block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.integration.payments.conftest import Payer, Town, asked, paid
from tests.integration.payments.shop import Shop
from tests.integration.payments.test_settlement import payment_of, shop

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.services.payments.payment import State
from assay.services.payments.settlement.sending import GAS_EACH

__all__ = ["shop"]

BURNERS = 5
_BURNER = (
    "0x3a15600e57"  # GASPRICE ISZERO PUSH1 14 JUMPI: an estimate has no price
    "5b5a614000106005575b"  # JUMPDEST GAS PUSH2 0x4000 LT PUSH1 5 JUMPI JUMPDEST: until little is left
    "631626ba7e60e01b60005260206000f3"  # and then it takes any signature for its own (ERC-1271)
)


async def test_wallets_that_burn_gas_hold_up_no_other(
    shop: Shop, make_payer: Callable[..., Awaitable[Payer]], town: Town
) -> None:
    for _ in range(BURNERS):
        await sell_to_burner(shop, await make_payer())
    honest = await shop.sell(await make_payer())
    before = await shop.income()
    async with shop.settler() as settler:
        await settler.settle_now()
        assert settler.losses().payments == BURNERS
    assert (await payment_of(shop, honest)).state is State.SETTLED
    assert await shop.income() - before == honest.amount


async def sell_to_burner(shop: Shop, payer: Payer) -> None:
    payload = await payer.sign(await asked(shop.till), "upto", "permit2")
    await shop.town.chain.rpc.call("anvil_setCode", payer.wallet.address, _BURNER)
    reservation = await shop.till.reserve(paid(payload))
    shop.logged(reservation.claim(400, capped=False))
    reservation.commit(400, shop.office.log.size - 1)


async def test_the_contract_lets_one_payment_burn_as_much_as_is_spared_for_it(town: Town) -> None:
    assert await town.chain.read(town.deployments.at(Facilitator).GAS_EACH()) == GAS_EACH
