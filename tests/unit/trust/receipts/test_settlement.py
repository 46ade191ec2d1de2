"""Batches of receipts: every leaf proves its place in its batch, and nothing else proves anything."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim
from assay.trust.receipts.settlement import (
    Leaf,
    SettlementProof,
    batch_path,
    batch_root,
    payment_key,
)
from assay.trust.transparency.merkle import ProofError

OPG = f"eip155:31337/erc20:0x{'ab' * 20}"


def leaves(size: int) -> list[Leaf]:
    return [
        Leaf(number.to_bytes(32), hashlib.sha256(b"%d" % number).digest(), number % 4)
        for number in range(size)
    ]


def prove(batch: list[Leaf], index: int) -> SettlementProof:
    return SettlementProof(
        chain_id=31337,
        genesis=b"\x01" * 32,
        contract="0x" + "cd" * 20,
        root=batch_root(batch),
        size=len(batch),
        index=index,
        path=batch_path(batch, index),
        transaction=b"\x02" * 32,
    )


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33, 40])
def test_every_leaf_proves_and_nothing_else_does(size: int) -> None:
    batch = leaves(size)
    for index, leaf in enumerate(batch):
        proof = prove(batch, index)
        proof.check(leaf)
        changed = [
            (proof, replace(leaf, receipt=b"\xff" * 32)),
            (proof, replace(leaf, payment=b"\xff" * 32)),
            (proof, replace(leaf, mode=(leaf.mode + 1) % 4)),
            (replace(proof, index=(index + 1) % size), leaf if size > 1 else replace(leaf, mode=9)),
            (replace(proof, root=b"\xff" * 32), leaf),
            (replace(proof, index=size), leaf),
            (replace(proof, size=0), leaf),
            (replace(proof, path=(*proof.path, bytes(32))), leaf),
            (replace(proof, path=proof.path[:-1]), leaf if proof.path else replace(leaf, mode=9)),
        ]
        for wrong, claimed in changed:
            with pytest.raises(ProofError):
                wrong.check(claimed)


def test_a_node_is_not_passed_off_as_a_leaf() -> None:
    """Two leaves up, the tree of half the size has the same root; the size is part of what is settled."""
    batch = leaves(4)
    inner = prove(batch, 0)
    with pytest.raises(ProofError):
        replace(inner, size=2, path=inner.path[1:]).check(batch[0])


@given(
    st.builds(
        SettlementProof,
        chain_id=st.integers(0, 2**53 - 1),
        genesis=st.binary(min_size=32, max_size=32),
        contract=st.binary(min_size=20, max_size=20).map(lambda address: f"0x{address.hex()}"),
        root=st.binary(min_size=32, max_size=32),
        size=st.integers(0, 2**53 - 1),
        index=st.integers(0, 2**53 - 1),
        path=st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple),
        transaction=st.binary(min_size=32, max_size=32),
    )
)
def test_a_proof_is_read_as_it_was_written(proof: SettlementProof) -> None:
    data = proof.to_bytes()
    assert SettlementProof.from_bytes(data) == proof
    bundle = Bundle(b"{}", settlement=data)
    assert Bundle.from_bytes(bundle.to_bytes()) == bundle


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("chain_id", "31337"),
        ("chain_id", -1),
        ("contract", "0x" + "CD" * 20),
        ("contract", "cd" * 20),
        ("genesis", "01" * 31),
        ("root", "0x" + "01" * 32),
        ("path", "01" * 32),
        ("path", ["01"]),
        ("size", 1.5),
        ("index", True),
        ("transaction", None),
        ("more", 1),
    ],
)
def test_what_is_no_proof_is_refused(member: str, value: object) -> None:
    proof = orjson.loads(prove(leaves(3), 1).to_bytes())
    with pytest.raises(FormatError):
        SettlementProof.from_bytes(canonicalize(proof | {member: value}))
    proof.pop(member, None)
    if member != "more":
        with pytest.raises(FormatError):
            SettlementProof.from_bytes(canonicalize(proof))


def test_a_payment_is_named_by_its_key_or_by_the_hash_of_its_reference() -> None:
    key = hashlib.sha256(b"key").digest()
    assert payment_key(PaymentClaim("upto", key.hex(), OPG, 5)) == key
    for claim in (
        PaymentClaim("account", "c2VhbGVk", MICRO_USD, 5),
        PaymentClaim("account", key.hex(), MICRO_USD, 5),
        PaymentClaim("upto", key.hex().upper(), OPG, 5),
    ):
        assert payment_key(claim) == hashlib.sha256(claim.reference.encode()).digest()
