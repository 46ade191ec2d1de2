"""Contract ABI encoding (Solidity's "Contract ABI Specification"), with addresses as EIP-55 writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.library import (
    ABICodec,
    AddressDecoder,
    AddressEncoder,
    DecodingError,
    abi_registry,
    keccak,
    to_checksum_address,
)


class _ChecksumDecoder(AddressDecoder):
    decoder_fn = staticmethod(to_checksum_address)


def _codec() -> ABICodec:
    registry = abi_registry.copy()  # type: ignore[no-untyped-call]
    registry.unregister("address")
    registry.register("address", AddressEncoder, _ChecksumDecoder, label="address")
    return ABICodec(registry)


_CODEC = _codec()


def encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``values`` as arguments of these ABI types. Raises `eth_abi.exceptions.EncodingError` for what does not fit."""
    return _CODEC.encode(types, values)


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Raises `ChainGarbage` for what is not an encoding of these types."""
    try:
        return _CODEC.decode(types, data)
    except (DecodingError, OverflowError) as error:
        raise ChainGarbage("A contract's answer is not what its ABI says.") from error


def selector(name: str, types: Sequence[str]) -> bytes:
    """The first four bytes of the hash of a function's signature."""
    return topic(name, types)[:4]


def topic(name: str, types: Sequence[str]) -> bytes:
    """The hash of a signature, which is the first topic of an event's logs."""
    return keccak(text=f"{name}({','.join(types)})")
