"""`Faucet`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class Faucet(Contract):
    artifact = "Faucet"

    @classmethod
    def initcode(cls, token: Address, tokens: int, gas_money: int, interval: int) -> bytes:
        return cls._initcode(
            ("address", "uint256", "uint256", "uint256"),
            (token, tokens, gas_money, interval),
        )

    def GAS_MONEY(self) -> Call[int]:
        return self._call("GAS_MONEY", (), (), ("uint256",))

    def INTERVAL(self) -> Call[int]:
        return self._call("INTERVAL", (), (), ("uint256",))

    def TOKEN(self) -> Call[Address]:
        return self._call("TOKEN", (), (), ("address",))

    def TOKENS(self) -> Call[int]:
        return self._call("TOKENS", (), (), ("uint256",))

    def help(self, account: Address) -> Call[None]:
        return self._call("help", ("address",), (account,))

    def open_from(self, arg0: Address) -> Call[int]:
        return self._call("open_from", ("address",), (arg0,), ("uint256",))


@dataclass(frozen=True, slots=True)
class Helped(Event):
    signature = "Helped"
    parameters = (
        Parameter("account", "address", indexed=True),
        Parameter("tokens", "uint256"),
        Parameter("gas_money", "uint256"),
    )

    account: Address
    tokens: int
    gas_money: int
