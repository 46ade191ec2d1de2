"""What OPG should do, in plain Python: the other side of the differential test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

FOREVER = 2**256 - 1


class Refused(Exception):
    """The model's word for a revert; its message is the reason that OPG gives."""


def require(condition: bool, reason: str) -> None:
    if not condition:
        raise Refused(reason)


@dataclass(slots=True)
class Model:
    """OPG's state, by account; a refused call changes nothing, as the checks of each method come first."""

    token: str
    balances: defaultdict[str, int]
    allowances: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    nonces: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    spent: set[tuple[str, bytes]] = field(default_factory=set)
    delegates: dict[str, str] = field(default_factory=dict)

    def transfer(self, sender: str, receiver: str, amount: int) -> None:
        self._check_transfer(sender, receiver, amount)
        self._move(sender, receiver, amount)

    def transfer_from(self, spender: str, owner: str, receiver: str, amount: int) -> None:
        allowed = self.allowances[owner, spender]
        require(allowed >= amount, "insufficient allowance")
        self._check_transfer(owner, receiver, amount)
        if allowed != FOREVER:
            self.allowances[owner, spender] -= amount
        self._move(owner, receiver, amount)

    def approve(self, owner: str, spender: str, amount: int) -> None:
        self.allowances[owner, spender] = amount

    def permit(self, signer: str, owner: str, spender: str, amount: int, deadline: int, now: int) -> None:
        require(now <= deadline, "expired")
        require(signer == owner, "invalid signature")
        self.nonces[owner] += 1
        self.approve(owner, spender, amount)

    def authorized(
        self,
        signer: str,
        sender: str,
        receiver: str,
        amount: int,
        bounds: tuple[int, int],
        nonce: bytes,
        now: int,
    ) -> None:
        after, before = bounds
        require(now > after, "not valid yet")
        require(now < before, "expired")
        require((sender, nonce) not in self.spent, "authorization used or cancelled")
        require(signer == sender, "invalid signature")
        self._check_transfer(sender, receiver, amount)
        self.spent.add((sender, nonce))
        self._move(sender, receiver, amount)

    def cancel(self, authorizer: str, nonce: bytes) -> None:
        require((authorizer, nonce) not in self.spent, "authorization used or cancelled")
        self.spent.add((authorizer, nonce))

    def delegate(self, delegator: str, delegatee: str) -> None:
        self.delegates[delegator] = delegatee

    def votes(self, account: str) -> int:
        """The sum of what those hold who delegated to ``account``: no running count that could drift."""
        return sum(self.balances[holder] for holder, chosen in self.delegates.items() if chosen == account)

    def _check_transfer(self, sender: str, receiver: str, amount: int) -> None:
        require(receiver not in (ZERO, self.token), "invalid receiver")
        require(self.balances[sender] >= amount, "insufficient balance")

    def _move(self, sender: str, receiver: str, amount: int) -> None:
        self.balances[sender] -= amount
        self.balances[receiver] += amount


ZERO = "0x" + "00" * 20
