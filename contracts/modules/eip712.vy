# pragma version 0.4.3
"""
@title EIP-712: the domain a signature is made for
@notice Guarantees that a signature made for one contract, chain or version is worth nothing on another, and that this
    still holds when a chain splits in two and one half takes another id.
"""

interface IERC5267:
    def eip712Domain() -> (bytes1, String[32], String[8], uint256, address, bytes32, DynArray[uint256, 1]): view

implements: IERC5267

_DOMAIN: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_HAS_NAME_VERSION_CHAIN_CONTRACT: constant(bytes1) = 0x0f

NAME: immutable(String[32])
VERSION: immutable(String[8])
_BORN_ON: immutable(uint256)
_SEPARATOR_AT_BIRTH: immutable(bytes32)


@deploy
def __init__(name: String[32], version: String[8]):
    NAME = name
    VERSION = version
    _BORN_ON = chain.id
    _SEPARATOR_AT_BIRTH = keccak256(
        abi_encode(_DOMAIN, keccak256(name), keccak256(version), chain.id, self)
    )


@external
@view
def DOMAIN_SEPARATOR() -> bytes32:
    return self._separator()


@external
@view
def eip712Domain() -> (bytes1, String[32], String[8], uint256, address, bytes32, DynArray[uint256, 1]):
    """
    @notice What a wallet has to sign for (ERC-5267): fields, name, version, chain id, contract, no salt, no extensions.
    """
    return _HAS_NAME_VERSION_CHAIN_CONTRACT, NAME, VERSION, chain.id, self, empty(bytes32), []


@internal
@view
def _digest(struct_hash: bytes32) -> bytes32:
    return keccak256(concat(x"1901", self._separator(), struct_hash))


@internal
@view
def _separator() -> bytes32:
    if chain.id == _BORN_ON:
        return _SEPARATOR_AT_BIRTH
    return keccak256(abi_encode(_DOMAIN, keccak256(NAME), keccak256(VERSION), chain.id, self))
