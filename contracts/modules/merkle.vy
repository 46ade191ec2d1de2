# pragma version 0.4.3
"""
@title Merkle trees as in RFC 9162, section 2.1, over SHA-256
@notice Guarantees that a proof is taken only for the leaf at that index of a tree of that size: a leaf can be passed off
    neither as a node nor as another leaf. The same trees as the transparency log's.
"""

MAX_PROOF: constant(uint256) = 48


@internal
@pure
def _leaf_hash(entry: Bytes[65]) -> bytes32:
    return sha256(concat(x"00", entry))


@internal
@pure
def _node_hash(left: bytes32, right: bytes32) -> bytes32:
    return sha256(concat(x"01", left, right))


@internal
@pure
def _includes(
    root: bytes32, size: uint256, index: uint256, leaf: bytes32, proof: DynArray[bytes32, MAX_PROOF]
) -> bool:
    """
    @notice RFC 9162, section 2.1.3.2.
    """
    if index >= size:
        return False
    node: uint256 = index
    last: uint256 = size - 1
    value: bytes32 = leaf
    for sibling: bytes32 in proof:
        if last == 0:
            return False
        if node & 1 == 1 or node == last:
            value = self._node_hash(sibling, value)
            # A last node without a sibling goes up unchanged.
            for _: uint256 in range(MAX_PROOF):
                if node & 1 == 1 or node == 0:
                    break
                node >>= 1
                last >>= 1
        else:
            value = self._node_hash(value, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and value == root
