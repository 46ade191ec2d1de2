"""Keys that were taken back (§3.3): for both verifiers the same receipts count, and the same files are revocations."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.interop.second.issuing import POLICY, VECTORS, canonical, published
from tests.interop.second.judging import judge, needs_node, run_second

import assay
from assay.errors import ConfigError

pytestmark = needs_node

NODE = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["keys"]["node_seed"]))
CLAIM: Mapping[str, Any] = VECTORS["revocation"]["claim"]
PUBLISHED: Mapping[str, Any] = json.loads(VECTORS["revocation"]["file"])
PAYLOAD_TYPE = PUBLISHED["payloadType"]


def revocation(**changes: object) -> dict[str, Any]:
    """An envelope that the node signed, whatever is in it."""
    payload = canonical({**CLAIM, **changes})
    message = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = base64.b64encode(NODE.sign(message)).decode()
    return {
        **PUBLISHED,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{**PUBLISHED["signatures"][0], "sig": signature}],
    }


@pytest.mark.parametrize(
    ("revocations", "counts"),
    [
        ([PUBLISHED], {"whole"}),
        ([revocation(size=0)], set()),
        ([revocation(size=9), revocation(size=0)], set()),
        ([revocation(log="vectors.example/other")], set()),
        ([revocation(key="22" * 32, size=0)], {"whole", "stream"}),
        ([revocation(reason="🔑" * 500)], {"whole"}),
    ],
    ids=["published", "before", "twice", "another log", "another key", "a long reason"],
)
def test_the_same_receipts_count(revocations: list[dict[str, Any]], counts: set[str]) -> None:
    kinds = ("whole", "stream")
    pairs = judge(published(kind).demanding(revocations=revocations) for kind in kinds)
    for kind, pair in zip(kinds, pairs, strict=True):
        assert pair.agree
        assert pair.second.failing == (set() if kind in counts else {"signature"})


@pytest.mark.parametrize(
    "value",
    [
        {**PUBLISHED, "more": 1},
        {**PUBLISHED, "payloadType": "application/vnd.in-toto+json"},
        {**PUBLISHED, "signatures": PUBLISHED["signatures"] * 2},
        {**PUBLISHED, "payload": revocation(size=9)["payload"]},
        revocation(more=1),
        revocation(key=CLAIM["key"].upper()),
        revocation(log=None),
        revocation(size=-1),
        revocation(size=2**53),
        revocation(reason="x" * 501),
        revocation(reason="\x1b[2J"),
        revocation(log="vectors.example/log\x9b"),
        revocation(at="2026-11-25T00:00:00Z"),
        revocation(type="urn:assay:succession:v1"),
    ],
)
def test_the_same_files_are_none(value: dict[str, Any], tmp_path: Path) -> None:
    members = {**POLICY, "revocations": [value]}
    with pytest.raises(ConfigError):
        assay.Policy.from_bytes(json.dumps(members).encode())
    bundle, policy = tmp_path / "bundle", tmp_path / "policy.json"
    bundle.write_bytes(published("whole").bundle)
    policy.write_text(json.dumps(members))
    done = run_second("verify", str(bundle), "--policy", str(policy), "--at", "2026-11-24T12:01:00Z")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Error" not in done.stderr
