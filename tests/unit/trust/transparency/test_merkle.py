from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.transparency import naive_tree

from assay.trust.transparency import (
    EMPTY_ROOT,
    CompactRange,
    ProofError,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from assay.trust.transparency.merkle import Range, consistency_path, inclusion_path

ENTRIES = [bytes([number]) * (number % 5) for number in range(80)]
ROOTS = [naive_tree.mth(ENTRIES[:size]) for size in range(len(ENTRIES) + 1)]

# The tree that Certificate Transparency implementations have tested against since 2012.
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

hashes = st.binary(min_size=32, max_size=32)


def subtree(part: Range) -> bytes:
    return naive_tree.mth(ENTRIES[part.begin : part.end])


def test_roots_of_the_certificate_transparency_tree() -> None:
    for size, root in CT_ROOTS.items():
        tree = CompactRange(leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size])
        assert tree.root().hex() == root


def test_a_compact_range_has_the_root_of_the_whole_tree_after_each_append() -> None:
    tree = CompactRange()
    assert tree.root() == ROOTS[0] == EMPTY_ROOT
    for size, entry in enumerate(ENTRIES, 1):
        tree.append(leaf_hash(entry))
        assert (tree.size, tree.root()) == (size, ROOTS[size])
        assert len(tree.peaks) == size.bit_count()


def test_every_inclusion_proof_is_the_one_of_the_rfc_and_verifies() -> None:
    for size in range(1, 40):
        for index in range(size):
            proof = [subtree(part) for part in inclusion_path(index, size)]
            assert proof == naive_tree.path(index, ENTRIES[:size])
            verify_inclusion(leaf_hash(ENTRIES[index]), index, size, proof, ROOTS[size])


def test_every_consistency_proof_is_the_one_of_the_rfc_and_verifies() -> None:
    for new in range(1, 40):
        for old in range(1, new + 1):
            proof = [subtree(part) for part in consistency_path(old, new)]
            assert proof == naive_tree.proof(old, ENTRIES[:new])
            verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


@given(st.data())
def test_an_inclusion_proof_proves_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(ENTRIES)))
    index = data.draw(st.integers(0, size - 1))
    proof = naive_tree.path(index, ENTRIES[:size])
    leaf, root = leaf_hash(ENTRIES[index]), ROOTS[size]
    wrong = data.draw(
        st.one_of(
            st.tuples(hashes, st.just(index), st.just(size), st.just(proof), st.just(root)),
            st.tuples(st.just(leaf), st.integers(-1, 100), st.just(size), st.just(proof), st.just(root)),
            st.tuples(st.just(leaf), st.just(index), st.just(size), st.just([*proof, root]), st.just(root)),
            st.tuples(st.just(leaf), st.just(index), st.just(size), st.just(proof[1:]), st.just(root)),
            st.tuples(st.just(leaf), st.just(index), st.just(size), st.just(proof[::-1]), st.just(root)),
            st.tuples(st.just(leaf), st.just(index), st.just(size), st.just(proof), hashes),
        ).filter(lambda claim: claim != (leaf, index, size, proof, root))
    )
    with pytest.raises(ProofError):
        verify_inclusion(*wrong)


@given(st.data())
def test_a_consistency_proof_proves_nothing_else(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, len(ENTRIES)))
    old = data.draw(st.integers(1, new - 1))
    proof = naive_tree.proof(old, ENTRIES[:new])
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], data.draw(hashes), *proof[place + 1 :]]
    other_roots = data.draw(st.tuples(hashes, hashes))
    for claim in (
        (old, new, ROOTS[old], ROOTS[new], changed),
        (old, new, ROOTS[old], ROOTS[new], proof[:-1]),
        (old, new, ROOTS[old], ROOTS[new], [*proof, proof[0]]),
        (old, new, other_roots[0], ROOTS[new], proof),
        (old, new, ROOTS[old], other_roots[1], proof),
        (new, old, ROOTS[new], ROOTS[old], proof),
    ):
        with pytest.raises(ProofError):
            verify_consistency(*claim)


def test_trees_that_need_no_proof() -> None:
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    verify_consistency(0, 7, EMPTY_ROOT, ROOTS[7], [])
    verify_consistency(7, 7, ROOTS[7], ROOTS[7], [])
    for old, new, old_root, new_root, proof in (
        (0, 7, ROOTS[7], ROOTS[7], []),
        (0, 0, EMPTY_ROOT, ROOTS[7], []),
        (7, 7, ROOTS[7], ROOTS[6], []),
        (7, 7, ROOTS[7], ROOTS[7], [ROOTS[7]]),
    ):
        with pytest.raises(ProofError):
            verify_consistency(old, new, old_root, new_root, proof)
