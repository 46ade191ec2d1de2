"""Merkle trees as RFC 9162 §2.1 defines them, over SHA-256.

The functions here never see a whole tree: a root is grown from a :class:`CompactRange`, and a proof is
described by the subtrees it needs (:func:`inclusion_path`, :func:`consistency_path`), whose hashes the
owner of the tree looks up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assay.errors import FormatError

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""``MTH({})``, the root of the tree with no leaves."""

_LEAF = b"\x00"
_NODE = b"\x01"
_sha256 = hashlib.sha256


class ProofError(FormatError):
    """A Merkle proof is malformed, or does not lead to the root it was checked against."""

    code = "proof_invalid"
    hint = "ask the log for a fresh proof; if that fails too, the entry or the tree was changed"


class Range(NamedTuple):
    """The leaves ``begin .. end-1``; in a path, always a subtree that RFC 9162 gives a hash to."""

    begin: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """``MTH({d}) = HASH(0x00 || d)``."""
    return _sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """``HASH(0x01 || left || right)`` of two child hashes."""
    return _sha256(_NODE + left + right).digest()


class CompactRange:
    """A growing tree kept as its perfect subtrees: appends and roots in O(log n) memory."""

    __slots__ = ("_peaks", "size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        """Number of leaves appended."""
        self._peaks: list[bytes] = []
        for leaf in leaves:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash (not the entry itself)."""
        peaks = self._peaks
        size = self.size
        while size & 1:
            leaf = _sha256(_NODE + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the perfect subtrees, largest first: one for each set bit of ``size``."""
        return tuple(self._peaks)

    def root(self) -> bytes:
        """``MTH`` of all leaves so far."""
        return root_of_peaks(self._peaks)


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling size, as :attr:`CompactRange.peaks` lists them."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def split_point(size: int) -> int:
    """The largest power of two smaller than ``size`` (``k`` in RFC 9162 §2.1.1); ``size`` is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(index: int, size: int) -> list[Range]:
    """Subtrees whose hashes prove leaf ``index`` in the tree of ``size`` leaves, lowest first (§2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[Range] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + split_point(end - begin)
        if index < middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(begin, middle))
            begin = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int) -> list[Range]:
    """Subtrees whose hashes prove that the tree of ``old`` leaves begins the tree of ``new`` (§2.1.4.1).

    Empty when there is nothing to prove: ``old`` is 0 or equals ``new``.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot extend a tree of {old}")
    if old in (0, new):
        return []
    path: list[Range] = []
    begin, end = 0, new
    while old < end:
        middle = begin + split_point(end - begin)
        if old <= middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(begin, middle))
            begin = middle
    if begin:
        path.append(Range(begin, end))  # the old tree is not itself a subtree, so its last part is named
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash ``leaf`` is at ``index`` of the tree with ``size`` leaves and ``root``.

    RFC 9162 §2.1.3.2.

    Raises:
        ProofError: it is not, or the proof has the wrong length.
    """
    if not 0 <= index < size:
        raise ProofError(f"index {index} lies outside a tree of {size} leaves")
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is longer than the tree is high")
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("the inclusion proof is too short for the tree")
    if value != root:
        raise ProofError("the inclusion proof does not lead to the root of the checkpoint")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (``new``, ``new_root``) only appends to the tree (``old``, ``old_root``).

    RFC 9162 §2.1.4.2; every tree extends the empty one, whose root must then be :data:`EMPTY_ROOT`.

    Raises:
        ProofError: the trees are inconsistent, or the proof has the wrong length.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves cannot extend a tree of {old}")
    if old in (0, new):
        expected = EMPTY_ROOT if old == 0 else new_root
        if proof or old_root != expected or (new == 0 and new_root != EMPTY_ROOT):
            raise ProofError("two trees that should be trivially consistent are not")
        return
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)  # a power of two is a subtree of the new tree: its root is implied
    if not hashes:
        raise ProofError("the consistency proof is empty")
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old_value = new_value = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("the consistency proof is longer than the tree is high")
        if node & 1 or node == last:
            old_value = node_hash(sibling, old_value)
            new_value = node_hash(sibling, new_value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new_value = node_hash(new_value, sibling)
        node >>= 1
        last >>= 1
    if last or old_value != old_root or new_value != new_root:
        raise ProofError("the consistency proof does not lead to both roots")
