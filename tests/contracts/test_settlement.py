"""Settled batches, against the Merkle trees that the transparency log and the verifier use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.conftest import person
from tests.contracts.deploying import deploy

from assay.trust.transparency.merkle import CompactRange, inclusion_path, leaf_hash

ZERO = "0x" + "00" * 20
Leaf = tuple[bytes, bytes, int]


def leaves(count: int) -> list[Leaf]:
    """That many receipts, each with its payment and mode."""
    return [(number.to_bytes(32), (number + 1000).to_bytes(32), number % 3) for number in range(count)]


def hashed(leaf: Leaf) -> bytes:
    receipt, payment, mode = leaf
    return leaf_hash(receipt + payment + bytes([mode]))


def root(batch: Sequence[Leaf]) -> bytes:
    return CompactRange(map(hashed, batch)).root()


def proof(batch: Sequence[Leaf], index: int) -> list[bytes]:
    return [root(batch[begin:end]) for begin, end in inclusion_path(index, len(batch))]


@pytest.fixture
def settlement(alice: LocalAccount, bob: LocalAccount) -> Any:
    """Alice's, with Bob as settler."""
    settlement = deploy("Settlement", alice.address)
    settlement.set_settler(bob.address, True, sender=alice.address)
    return settlement


def test_a_settled_batch_stays(settlement: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    batch = leaves(5)
    settlement.settle(root(batch), 5, sender=bob.address)
    (event,) = settlement.get_logs()
    assert (event.root, event.settler, event.size) == (root(batch), bob.address, 5)
    settlement.set_settler(bob.address, False, sender=alice.address)
    assert tuple(settlement.batch(root(batch))) == (bob.address, now, 5)
    assert settlement.includes(root(batch), 4, batch[4], proof(batch, 4)) is True


def test_a_root_is_taken_once(settlement: Any, bob: LocalAccount) -> None:
    settlement.settle(root(leaves(2)), 2, sender=bob.address)
    for size in (2, 3):
        with boa.reverts("settled already"):
            settlement.settle(root(leaves(2)), size, sender=bob.address)


def test_only_settlers_settle(settlement: Any, alice: LocalAccount, carol: LocalAccount) -> None:
    for nobody in (alice, carol):
        with boa.reverts("not a settler"):
            settlement.settle(root(leaves(1)), 1, sender=nobody.address)


def test_only_the_owner_names_settlers(settlement: Any, bob: LocalAccount) -> None:
    with boa.reverts("not the owner"):
        settlement.set_settler(bob.address, True, sender=bob.address)


def test_an_owner_is_replaced_by_one_who_answers(
    settlement: Any, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    with boa.reverts("not the owner"):
        settlement.transferOwnership(bob.address, sender=bob.address)
    settlement.transferOwnership(carol.address, sender=alice.address)
    with boa.reverts("not the next owner"):
        settlement.acceptOwnership(sender=bob.address)
    assert settlement.owner() == alice.address
    settlement.acceptOwnership(sender=carol.address)
    assert (settlement.owner(), settlement.pendingOwner()) == (carol.address, ZERO)


@pytest.mark.parametrize("size", [0, 2**48])
def test_no_batch_has_such_a_size(settlement: Any, bob: LocalAccount, size: int) -> None:
    with boa.reverts("no such size"):
        settlement.settle(bytes(32), size, sender=bob.address)


def test_unknown_root_includes_nothing(settlement: Any) -> None:
    batch = leaves(1)
    assert tuple(settlement.batch(root(batch))) == (ZERO, 0, 0)
    assert settlement.includes(root(batch), 0, batch[0], []) is False


def test_a_proof_for_another_size_is_refused(settlement: Any, bob: LocalAccount) -> None:
    batch = leaves(2)
    settlement.settle(root(batch), 4, sender=bob.address)
    assert settlement.includes(root(batch), 0, batch[0], proof(batch, 0)) is False


@given(data=st.data(), size=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_a_proof_proves_its_leaf_and_nothing_else(data: st.DataObject, size: int) -> None:
    owner = person("alice").address
    with boa.env.anchor():
        settlement = deploy("Settlement", owner)
        settlement.set_settler(owner, True, sender=owner)
        batch = leaves(size)
        settlement.settle(root(batch), size, sender=owner)
        index = data.draw(st.integers(0, size - 1))
        path = proof(batch, index)
        receipt, payment, mode = batch[index]
        assert settlement.leaf_hash(batch[index]) == hashed(batch[index])
        assert settlement.includes(root(batch), index, batch[index], path) is True
        for other in (
            (payment, receipt, mode),
            (receipt, payment, mode + 1),
            (bytes(31) + b"\xff", payment, mode),
        ):
            assert settlement.includes(root(batch), index, other, path) is False
        elsewhere = data.draw(st.integers(0, size + 1).filter(lambda other: other != index))
        assert settlement.includes(root(batch), elsewhere, batch[index], path) is False
        for wrong in ([*path, bytes(32)], path[:-1], [bytes(32), *path[1:]]):
            if wrong != path:
                assert settlement.includes(root(batch), index, batch[index], wrong) is False
