# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Settlement
@license Apache-2.0
@notice Keeps the roots of batches of receipts. Guarantees that only settlers bring roots, that a root is taken once and stays
    for ever, and that anybody can prove a receipt, the payment for it and the mode it was served in, against a root that is
    here. Who stops being a settler leaves what was settled as it is.
@dev Does not look into batches: that no receipt is in two of them is the settlers' promise, and anybody who holds both proofs
    can show that it was broken.
"""

from modules import merkle
from modules import ownable

initializes: ownable

exports: ownable.__interface__

event BatchSettled:
    root: indexed(bytes32)
    settler: indexed(address)
    size: uint256

event SettlerSet:
    settler: indexed(address)
    settles: bool

struct Batch:
    settler: address
    settled_at: uint256
    size: uint256

struct Leaf:
    receipt_id: bytes32
    payment_key: bytes32
    mode: uint8

# Of the height that a proof can reach.
MAX_SIZE: public(constant(uint256)) = 2**48 - 1

is_settler: public(HashMap[address, bool])

# One word a batch: the settler's 160 bits, then 48 of the second, then 48 of the size.
_batches: HashMap[bytes32, uint256]


@deploy
def __init__(owner: address):
    """
    @param owner Names the settlers.
    """
    ownable.__init__(owner)


@external
def set_settler(settler: address, settles: bool):
    ownable._check()
    self.is_settler[settler] = settles
    log SettlerSet(settler=settler, settles=settles)


@external
def settle(root: bytes32, size: uint256):
    """
    @param size Leaves under the root: without it, a proof could pass a node off as a leaf.
    """
    assert self.is_settler[msg.sender], "not a settler"
    assert 0 < size and size <= MAX_SIZE, "no such size"
    assert self._batches[root] == 0, "settled already"
    self._batches[root] = convert(msg.sender, uint256) << 96 | block.timestamp << 48 | size
    log BatchSettled(root=root, settler=msg.sender, size=size)


@external
@view
def batch(root: bytes32) -> Batch:
    """
    @return Zeros for a root that is not here.
    """
    packed: uint256 = self._batches[root]
    return Batch(
        settler=convert(packed >> 96, address),
        settled_at=packed >> 48 & MAX_SIZE,
        size=packed & MAX_SIZE,
    )


@external
@view
def includes(
    root: bytes32, index: uint256, leaf: Leaf, proof: DynArray[bytes32, merkle.MAX_PROOF]
) -> bool:
    """
    @return Whether this receipt, paid so and served so, is the one at `index` of a batch that was settled.
    """
    size: uint256 = self._batches[root] & MAX_SIZE
    return merkle._includes(root, size, index, self._hash(leaf), proof)


@external
@pure
def leaf_hash(leaf: Leaf) -> bytes32:
    return self._hash(leaf)


@internal
@pure
def _hash(leaf: Leaf) -> bytes32:
    entry: Bytes[65] = concat(leaf.receipt_id, leaf.payment_key, convert(leaf.mode, bytes1))
    return merkle._leaf_hash(entry)
