"""A node's keys over its life: another at each boot, taken back when lost, and an identity that is handed on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.running import MODEL, RunningGateway
from tests.upstreams import ScriptedUpstream

import assay
from assay.apps.network.home import Home
from assay.apps.network.introduction import believe
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.statement import Statement
from assay.trust.verdict import Level, Verdict

ASSAY = (sys.executable, "-c", "from assay.apps.cli.main import main; main()")


@pytest.fixture
def node(tmp_path: Path, upstream: ScriptedUpstream) -> Iterator[RunningGateway]:
    gateway = RunningGateway(tmp_path / "home", upstream.url)
    gateway.prepare()
    gateway.start()
    yield gateway
    gateway.stop()


def believed(node: RunningGateway) -> Policy:
    return assay.published_policy(node.url)


def ask(node: RunningGateway, policy: Policy | None = None) -> Bundle:
    """A complete bundle of one more answer."""
    with assay.Client(node.url, node.api_key, policy or believed(node)) as client:
        answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
        return answer.bundle(complete=True, timeout=10)


def judge(bundle: Bundle, policy: Policy) -> Verdict:
    return assay.verify_file(bundle.to_bytes(), policy, datetime.now(UTC))


def signer(bundle: Bundle) -> str:
    receipt = Envelope.from_bytes(bundle.receipt)
    return Statement.from_bytes(receipt.payload).key.key


def typed(node: RunningGateway, *words: str, fails: int = 0, home: Path | None = None) -> str:
    environment = {**os.environ, "ASSAY_HOME": str(home or node.home)}
    result = subprocess.run([*ASSAY, *words], capture_output=True, text=True, timeout=60, env=environment)
    assert result.returncode == fails, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_a_node_that_was_killed_signs_by_another_key(node: RunningGateway) -> None:
    policy, before = believed(node), ask(node)
    node.kill()
    node.start()
    after = ask(node, policy)
    assert signer(before) != signer(after)
    for bundle in (before, after):
        assert judge(bundle, policy).level is Level.SIGNED_SIMULATED
        assert judge(replace(bundle, evidence={}), policy).level is Level.SIGNED


def test_what_a_lost_key_signs_afterwards_does_not_count(node: RunningGateway) -> None:
    before = ask(node)
    assert signer(before) in typed(node, "keys", "list")
    said = typed(node, "keys", "revoke", "--current", "--reason", "the machine was stolen")
    assert signer(before) in said
    after = ask(node)
    node.stop()
    node.start()
    policy = believed(node)
    assert len(policy.revocations) == 1
    assert judge(before, policy).level is Level.SIGNED_SIMULATED
    assert [check.name for check in judge(after, policy).failures] == ["signature"]
    assert judge(ask(node, policy), policy).level is Level.SIGNED_SIMULATED
    assert "the machine was stolen" in typed(node, "keys", "list")
    assert "key_already_revoked" in typed(node, "keys", "revoke", signer(before), fails=1)
    assert believed(node) == policy, "a second revocation would let more count"


def test_what_is_no_key_is_not_revoked(node: RunningGateway) -> None:
    ask(node)
    for words in (["AA" * 32], ["../env"], ["22" * 32, "--reason", "x" * 501]):
        assert "format_invalid" in typed(node, "keys", "revoke", *words, fails=1)
    assert "Usage" in typed(node, "keys", "revoke", fails=2)
    node.stop()
    assert "no_node_runs" in typed(node, "keys", "revoke", "--current", fails=1)
    assert not (node.home / "revocations").exists()


def test_an_identity_is_handed_on(node: RunningGateway, tmp_path: Path) -> None:
    old, before = believed(node), ask(node)
    assert "node_runs" in typed(node, "keys", "rotate", fails=1)
    node.stop()
    typed(node, "keys", "rotate")
    (identity,) = old.nodes
    (succession,) = node.home.glob("succession-*.json")
    assert identity in typed(node, "keys", "list")
    assert not [
        name for name in os.listdir(node.home / "keys") if "node-key" in name and name != "node-key.pem"
    ]
    node.start()
    after = ask(node)

    reader = Home(tmp_path / "reader")
    reader.create()
    believe(reader, old)
    assert judge(after, replace(old, anchors=())).level is Level.UNVERIFIED
    typed(node, "trust", "succeed", str(succession), home=reader.root)
    followed = Policy.from_bytes(reader.trust.read_bytes())
    assert followed.nodes == believed(node).nodes
    assert judge(after, replace(followed, anchors=())).level is Level.SIGNED
    assert judge(before, replace(followed, anchors=())).level is Level.UNVERIFIED
    assert judge(before, followed).level is Level.SIGNED_SIMULATED, "evidence of its time still stands"
    assert identity in typed(node, "trust", "succeed", str(succession), home=reader.root, fails=1)
