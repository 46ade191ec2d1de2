"""A budget that somebody has signed, with those above it: proof that an agent may spend, for whoever is asked to serve.

Signatures are those of keys. An owner that is a contract (ERC-1271) signs no budgets yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol, Self

from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.library import Address
from assay.engines.chain.signature import is_low, recover
from assay.engines.chain.wire import from_data, to_data
from assay.engines.wallets.digests import budget_id, revocation_digest
from assay.errors import FormatError
from assay.trust.payments.budget import NO_PARENT, Budget
from assay.trust.payments.errors import BudgetUnproven

DEEPEST: Final = 8
"""As many budgets can stand one above the other."""


class Signer(Protocol):
    """A key of secp256k1 and the account it speaks for."""

    @property
    def address(self) -> Address: ...

    def sign_digest(self, digest: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SignedBudget:
    """A budget and its owner's signature, neither of which has been checked."""

    budget: Budget
    signature: bytes

    @classmethod
    def grant(cls, budget: Budget, signer: Signer) -> Self:
        """Sign a budget as its owner."""
        return cls(budget, signer.sign_digest(bytes.fromhex(budget_id(budget))))

    def to_json(self) -> dict[str, Any]:
        return {"budget": self.budget.to_json(), "signature": to_data(self.signature)}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Raises `FormatError`."""
        try:
            return cls(Budget.from_json(value["budget"]), from_data(value["signature"]))
        except (LookupError, TypeError, ChainGarbage) as error:
            raise FormatError("This is no signed budget.") from error


@dataclass(frozen=True, slots=True)
class Mandate:
    """Budgets from the root down, each signed by its owner and within the one above it. Made by `verify`."""

    signed: tuple[SignedBudget, ...]
    ids: tuple[str, ...]

    @classmethod
    def verify(cls, signed: Sequence[SignedBudget]) -> Self:
        """Raises `BudgetUnproven`."""
        if not 0 < len(signed) <= DEEPEST:
            raise BudgetUnproven(
                f"There are {len(signed)} budgets one above the other, and not 1 to {DEEPEST}."
            )
        ids = tuple(budget_id(each.budget) for each in signed)
        for each, id in zip(signed, ids, strict=True):
            if not _is_by(each.budget.owner, bytes.fromhex(id), each.signature):
                raise BudgetUnproven("A budget is not signed by its owner.")
        if [each.budget.parent for each in signed] != [NO_PARENT, *ids[:-1]]:
            raise BudgetUnproven("These budgets do not stand one above the other.")
        for above, below in pairwise(signed):
            if reason := below.budget.why_not_below(above.budget):
                raise BudgetUnproven(f"This is no sub-budget of the one above it: {reason}.")
        return cls(tuple(signed), ids)

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """From the root down."""
        return tuple(each.budget for each in self.signed)

    @property
    def budget(self) -> Budget:
        """The one that the agent spends from, within all the others."""
        return self.signed[-1].budget

    @property
    def id(self) -> str:
        return self.ids[-1]

    def granting(self, below: SignedBudget) -> Mandate:
        """This, with a sub-budget. Raises `BudgetUnproven`."""
        return Mandate.verify([*self.signed, below])

    def to_json(self) -> list[Any]:
        return [each.to_json() for each in self.signed]

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Raises `FormatError`, or `BudgetUnproven`."""
        if not isinstance(value, list) or len(value) > DEEPEST:
            raise FormatError("This is no list of signed budgets.")
        return cls.verify([SignedBudget.from_json(each) for each in value])


@dataclass(frozen=True, slots=True)
class Revocation:
    """Takes a budget back, and with it all below."""

    budget: str
    """Its id, hex."""
    signature: bytes

    @classmethod
    def issue(cls, budget: str, signer: Signer) -> Self:
        return cls(budget, signer.sign_digest(revocation_digest(budget)))

    def takes_back(self, mandate: Mandate) -> bool:
        """Whether it is of one of the mandate's budgets, and by the owner of that or of one above it."""
        if self.budget not in mandate.ids:
            return False
        owners = [budget.owner for budget in mandate.budgets[: mandate.ids.index(self.budget) + 1]]
        digest = revocation_digest(self.budget)
        return any(_is_by(owner, digest, self.signature) for owner in owners)

    def to_json(self) -> dict[str, Any]:
        return {"budget": self.budget, "signature": to_data(self.signature)}


def _is_by(address: str, digest: bytes, signature: bytes) -> bool:
    signer = recover(digest, signature)
    return signer is not None and signer.lower() == address and len(signature) == 65 and is_low(signature)
