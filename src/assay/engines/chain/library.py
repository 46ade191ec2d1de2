"""What the extra ``chain`` brings, imported in one place. Without it, importing this raises `ChainExtraMissing`."""

from __future__ import annotations

from assay.engines.chain.errors import ChainExtraMissing

try:
    from coincurve import PublicKey  # without it keys sign in pure Python too, and nobody says so
    from eth_abi.codec import ABICodec
    from eth_abi.decoding import AddressDecoder
    from eth_abi.encoding import AddressEncoder
    from eth_abi.exceptions import DecodingError
    from eth_abi.registry import registry as abi_registry
    from eth_account import Account as EthAccount
    from eth_typing import ChecksumAddress as Address
    from eth_utils.address import to_checksum_address
    from eth_utils.crypto import keccak
except ImportError as missing:
    raise ChainExtraMissing(f"The package {missing.name} is not installed.") from missing

__all__ = [
    "ABICodec",
    "Address",
    "AddressDecoder",
    "AddressEncoder",
    "DecodingError",
    "EthAccount",
    "PublicKey",
    "abi_registry",
    "keccak",
    "to_checksum_address",
]
