# pragma version 0.4.3
"""
@title Transfer by signature (EIP-3009)
@notice Guarantees that an authorization moves exactly what its signer wrote, to whom they wrote, within its time, once; that
    one cancelled never moves anything; and that one to be received is worth nothing to anybody but its receiver.
@dev Each call exists twice, with `v, r, s` as in the EIP and with `bytes signature` for contract wallets (ERC-1271). Vyper has
    one function a name, so the second kind is told apart by selector: see `_with_bytes`.
"""

from . import eip712
from . import erc20
from . import signatures

uses: eip712
uses: erc20

event AuthorizationUsed:
    authorizer: indexed(address)
    nonce: indexed(bytes32)

event AuthorizationCanceled:
    authorizer: indexed(address)
    nonce: indexed(bytes32)

struct Authorization:
    sender: address
    receiver: address
    amount: uint256
    validAfter: uint256
    validBefore: uint256
    nonce: bytes32

TRANSFER_WITH_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "TransferWithAuthorization(address from,address to,uint256 value,"
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
RECEIVE_WITH_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "ReceiveWithAuthorization(address from,address to,uint256 value,"
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
CANCEL_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "CancelAuthorization(address authorizer,bytes32 nonce)"
)

# The calls that take `bytes signature`, and room for the longest of them.
_TRANSFER: constant(bytes4) = method_id(
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)", output_type=bytes4
)
_RECEIVE: constant(bytes4) = method_id(
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)", output_type=bytes4
)
_CANCEL: constant(bytes4) = method_id("cancelAuthorization(address,bytes32,bytes)", output_type=bytes4)
_MAX_CALL: constant(uint256) = 4 + 8 * 32 + signatures.MAX_SIGNATURE

# Precompile 4 answers with what it was asked: the one way to have the whole calldata as bytes.
_IDENTITY: constant(address) = 0x0000000000000000000000000000000000000004

authorizationState: public(HashMap[address, HashMap[bytes32, bool]])


@external
def transferWithAuthorization(
    sender: address,
    receiver: address,
    amount: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    self._transfer(
        Authorization(
            sender=sender,
            receiver=receiver,
            amount=amount,
            validAfter=validAfter,
            validBefore=validBefore,
            nonce=nonce,
        ),
        signatures._pack(v, r, s),
    )


@external
def receiveWithAuthorization(
    sender: address,
    receiver: address,
    amount: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    self._receive(
        Authorization(
            sender=sender,
            receiver=receiver,
            amount=amount,
            validAfter=validAfter,
            validBefore=validBefore,
            nonce=nonce,
        ),
        signatures._pack(v, r, s),
    )


@external
def cancelAuthorization(authorizer: address, nonce: bytes32, v: uint8, r: bytes32, s: bytes32):
    self._cancel(authorizer, nonce, signatures._pack(v, r, s))


@internal
def _with_bytes():
    """
    @notice The three calls with `bytes signature`, for the contract's `__default__`. Refuses every other call.
    """
    called: Bytes[_MAX_CALL] = raw_call(_IDENTITY, msg.data, max_outsize=_MAX_CALL, is_static_call=True)
    assert len(called) >= 4, "unknown function"
    selector: bytes4 = convert(slice(called, 0, 4), bytes4)
    arguments: Bytes[_MAX_CALL] = slice(called, 4, len(called) - 4)
    signature: Bytes[signatures.MAX_SIGNATURE] = b""
    if selector == _CANCEL:
        authorizer: address = empty(address)
        nonce: bytes32 = empty(bytes32)
        authorizer, nonce, signature = abi_decode(
            arguments, (address, bytes32, Bytes[signatures.MAX_SIGNATURE])
        )
        self._cancel(authorizer, nonce, signature)
        return
    assert selector == _TRANSFER or selector == _RECEIVE, "unknown function"
    authorization: Authorization = empty(Authorization)
    authorization, signature = abi_decode(arguments, (Authorization, Bytes[signatures.MAX_SIGNATURE]))
    if selector == _TRANSFER:
        self._transfer(authorization, signature)
    else:
        self._receive(authorization, signature)


@internal
def _transfer(authorization: Authorization, signature: Bytes[signatures.MAX_SIGNATURE]):
    self._use(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, authorization, signature)


@internal
def _receive(authorization: Authorization, signature: Bytes[signatures.MAX_SIGNATURE]):
    # Else somebody could watch for a deposit into a contract, and make the transfer without the deposit.
    assert msg.sender == authorization.receiver, "not the receiver"
    self._use(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, authorization, signature)


@internal
def _use(typehash: bytes32, authorization: Authorization, signature: Bytes[signatures.MAX_SIGNATURE]):
    assert block.timestamp > authorization.validAfter, "not valid yet"
    assert block.timestamp < authorization.validBefore, "expired"
    sender: address = authorization.sender
    self._spend(sender, authorization.nonce)
    self._check(sender, keccak256(abi_encode(typehash, authorization)), signature)
    log AuthorizationUsed(authorizer=sender, nonce=authorization.nonce)
    erc20._transfer(sender, authorization.receiver, authorization.amount)


@internal
def _cancel(authorizer: address, nonce: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]):
    self._spend(authorizer, nonce)
    self._check(authorizer, keccak256(abi_encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), signature)
    log AuthorizationCanceled(authorizer=authorizer, nonce=nonce)


@internal
def _spend(authorizer: address, nonce: bytes32):
    assert not self.authorizationState[authorizer][nonce], "authorization used or cancelled"
    self.authorizationState[authorizer][nonce] = True


@internal
@view
def _check(authorizer: address, struct_hash: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]):
    assert signatures._signed(authorizer, eip712._digest(struct_hash), signature), "invalid signature"
