"""The published vectors are what this implementation makes, and it accepts them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from tests.vectors.make import FILE, make

from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening
from assay.trust.receipts.delivery import is_ours
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.stream import BlockSplitter
from assay.trust.receipts.verify import verify
from assay.trust.transparency.note import NoteVerifier
from assay.trust.verdict import Level

VECTORS = json.loads(FILE.read_text())
AT = datetime(2026, 11, 24, 12, 1, tzinfo=UTC)


def policy() -> Policy:
    keys = VECTORS["keys"]
    return Policy(
        nodes=frozenset({keys["node"]}),
        logs=(NoteVerifier.from_vkey(keys["log_vkey"]),),
        nonce="vector-nonce",
    )


@pytest.mark.parametrize("part", sorted(VECTORS))
def test_made_anew_they_are_the_same(part: str) -> None:
    assert json.loads(json.dumps(make()[part])) == VECTORS[part]


def test_the_whole_answer_verifies() -> None:
    vector = VECTORS["whole"]
    bundle = Bundle(
        receipt=vector["receipt"].encode(),
        opening=Opening.from_bytes(vector["opening"].encode()),
        request=vector["request"].encode(),
        answer=vector["answer"].encode(),
        proof=vector["proof"].encode(),
    )
    assert verify(bundle, policy(), AT).level is Level.SIGNED


def test_the_stream_verifies() -> None:
    vector = VECTORS["stream"]
    blocks = BlockSplitter().feed(base64.b64decode(vector["delivered_base64"]))
    chunks = [block for block in blocks if not is_ours(block)]
    assert [base64.b64encode(chunk).decode() for chunk in chunks] == vector["chunks_base64"]
    salts = {"answer": bytes.fromhex(VECTORS["whole"]["salts"]["answer"])}
    bundle = Bundle(vector["receipt"].encode(), Opening(salts), answer=b"".join(chunks))
    assert verify(bundle, policy(), AT).level is Level.SIGNED
