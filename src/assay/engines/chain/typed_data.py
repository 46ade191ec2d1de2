"""Hashes of typed data (EIP-712), as contracts compute them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from assay.engines.chain import abi
from assay.engines.chain.library import Address, keccak


@dataclass(frozen=True)  # without slots, for the separator that is computed once
class Domain:
    """Which contract a signature is for, on which chain. ``version`` is left out of some domains, as of Permit2's."""

    name: str
    chain_id: int
    contract: Address
    version: str | None = None

    @cached_property
    def separator(self) -> bytes:
        """``domainSeparator`` of EIP-712."""
        members: list[tuple[str, str, Any]] = [("string", "name", keccak(text=self.name))]
        if self.version is not None:
            members.append(("string", "version", keccak(text=self.version)))
        members += [("uint256", "chainId", self.chain_id), ("address", "verifyingContract", self.contract)]
        named = ",".join(f"{type} {name}" for type, name, _ in members)
        types = ["bytes32" if type == "string" else type for type, _, _ in members]
        return hash_struct(f"EIP712Domain({named})", types, [value for _, _, value in members])

    def digest(self, struct: bytes) -> bytes:
        """What is signed of a struct that hashes to ``struct``."""
        return keccak(b"\x19\x01" + self.separator + struct)


def hash_struct(type: str, members: Sequence[str], values: Sequence[Any]) -> bytes:
    """``hashStruct`` of EIP-712: ``type`` is the encoded type, ``members`` the types of what stands for its values.

    That is the value itself, and ``bytes32`` for the hash of a string, an array or a struct inside.
    """
    return keccak(_type_hash(type) + abi.encode(members, values))


@lru_cache(maxsize=64)
def _type_hash(type: str) -> bytes:
    return keccak(text=type)
