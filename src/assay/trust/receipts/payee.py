"""Whom a client pays by signature: the address of a node on one chain, as somebody has vouched for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from assay.trust.keys.public_key import read_public_key

_ACCOUNT = re.compile(r"eip155:[1-9][0-9]{0,17}:0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Payee:
    """A node, and where the money for its answers goes. Several nodes of one operator may share an account."""

    node: str
    """Identity of the node, hex."""
    account: str
    """CAIP-10, in lower case: ``eip155:31337:0x…``."""

    @classmethod
    def on(cls, node: str, chain_id: int, address: str) -> Self:
        """``address`` in any case."""
        return cls(node, f"eip155:{chain_id}:{address.lower()}")

    def to_json(self) -> dict[str, str]:
        return {"account": self.account, "node": self.node}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError`, and `FormatError` for what is no key."""
        node, account = read_public_key(value["node"]), value["account"]
        if not _ACCOUNT.fullmatch(account):
            raise ValueError(f"{account!r} is no account of a chain, such as eip155:8453:0x… in lower case")
        return cls(node, account)
