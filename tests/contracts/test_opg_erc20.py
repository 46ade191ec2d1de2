"""OPG as an ERC-20: what moves, what is refused, what is logged."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount

SUPPLY = 10**9 * 10**18
ZERO = "0x" + "00" * 20
FOREVER = 2**256 - 1


def test_supply_is_the_holders_and_says_so(opg: Any, alice: LocalAccount) -> None:
    assert opg.totalSupply() == opg.balanceOf(alice.address) == SUPPLY
    assert (opg.name(), opg.symbol(), opg.decimals(), opg.version()) == ("OPG", "OPG", 18, "1")


def test_transfer_moves_and_logs(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    assert opg.transfer(bob.address, 5, sender=alice.address) is True
    (event,) = opg.get_logs()
    assert (event.sender, event.receiver, event.value) == (alice.address, bob.address, 5)
    assert (opg.balanceOf(alice.address), opg.balanceOf(bob.address)) == (SUPPLY - 5, 5)


def test_transfer_to_oneself_changes_nothing(opg: Any, alice: LocalAccount) -> None:
    opg.transfer(alice.address, SUPPLY, sender=alice.address)
    assert opg.balanceOf(alice.address) == SUPPLY


def test_nobody_sends_more_than_they_hold(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    with boa.reverts("insufficient balance"):
        opg.transfer(bob.address, SUPPLY + 1, sender=alice.address)


def test_nothing_is_sent_where_nobody_can_hold_it(opg: Any, alice: LocalAccount) -> None:
    for nowhere in (ZERO, opg.address):
        with boa.reverts("invalid receiver"):
            opg.transfer(nowhere, 1, sender=alice.address)


def test_allowance_is_spent(opg: Any, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount) -> None:
    opg.approve(bob.address, 5, sender=alice.address)
    opg.transferFrom(alice.address, carol.address, 3, sender=bob.address)
    assert (opg.balanceOf(carol.address), opg.allowance(alice.address, bob.address)) == (3, 2)
    with boa.reverts("insufficient allowance"):
        opg.transferFrom(alice.address, carol.address, 3, sender=bob.address)


def test_largest_allowance_stays(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    opg.approve(bob.address, FOREVER, sender=alice.address)
    opg.transferFrom(alice.address, bob.address, 3, sender=bob.address)
    assert opg.allowance(alice.address, bob.address) == FOREVER


@pytest.mark.parametrize("data", [b"", b"\x01", b"\xde\xad\xbe\xef" + bytes(64)])
def test_unknown_calls_are_refused(opg: Any, data: bytes) -> None:
    assert boa.env.execute_code(opg.address, data=data).is_error


def test_takes_no_ether(opg: Any, alice: LocalAccount) -> None:
    boa.env.set_balance(alice.address, 1)
    assert boa.env.execute_code(opg.address, sender=alice.address, value=1).is_error
