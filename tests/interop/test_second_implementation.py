"""Receipts under a second verifier, `tests/interop/second`, written from ``docs/spec/receipt.md`` alone.

Where the two disagree, one of them or the specification is wrong. The second reads no evidence; no policy
here pins a root, so that Assay does not read it either.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.gateway_fixture import CLAUDE, GPT, PAINTER, Gateway
from tests.interop.second.issuing import VECTORS, VECTORS_FILE, canonical, published, signed, statement_of
from tests.interop.second.judging import Case, assert_agreement, judge, needs_node, run_second

import assay

pytestmark = needs_node

MUTATIONS = 150
"""Of each file of each bundle."""


def test_it_arrives_at_every_vector() -> None:
    done = run_second("vectors", str(VECTORS_FILE))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "place",
    [
        ("canonical", 1, "canonical"),
        ("keys", "key_id"),
        ("keys", "log_vkey"),
        ("revocation", "claim", "size"),
        ("revocation", "file"),
        ("succession", "claim", "to"),
        ("succession", "file"),
        ("prices", "claim", "prices", "gpt-test", "source"),
        ("prices", "claim", "opg", "micro_usd"),
        ("prices", "charges", 2, "holds"),
        ("prices", "file"),
        ("prices", "sha256"),
        ("secret",),
        ("whole", "salts", "request/seed"),
        ("whole", "payload"),
        ("whole", "delivered"),
        ("whole", "proof"),
        ("whole", "eip712", "digest"),
        ("whole", "eip712", "typed_data", "message", "mode"),
        ("stream", "chunks_base64", 2),
        ("stream", "roots", 0),
        ("stream", "delivered_base64"),
        ("stream", "receipt_id"),
    ],
)
def test_it_notices_a_changed_vector(place: tuple[str | int, ...], tmp_path: Path) -> None:
    changed = copy.deepcopy(dict(VECTORS))
    *way, last = place
    parent: Any = changed
    for step in way:
        parent = parent[step]
    value = parent[last]
    parent[last] = value + 1 if isinstance(value, int) else _with_another_digit(value)
    file = tmp_path / "receipts.json"
    file.write_text(json.dumps(changed))
    assert run_second("vectors", str(file)).returncode == 1


def _with_another_digit(text: str) -> str:
    middle = next(index for index in range(len(text) // 2, len(text)) if text[index].isalnum())
    return text[:middle] + ("B" if text[middle] == "A" else "A") + text[middle + 1 :]


def test_its_command_line(tmp_path: Path) -> None:
    case = published("whole")
    bundle, policy = tmp_path / "bundle", tmp_path / "policy.json"
    bundle.write_bytes(case.bundle)
    met = []
    for floor in ("SIGNED", "ATTESTED"):
        policy.write_text(json.dumps({**case.policy, "floor": floor}))
        done = run_second("verify", str(bundle), "--policy", str(policy), "--at", case.at.isoformat())
        verdict = json.loads(done.stdout)
        assert verdict["level"] == "SIGNED"
        assert all(set(check) == {"name", "status", "detail"} for check in verdict["checks"])
        met.append(done.returncode == 0)
    assert met == [True, False]


@pytest.fixture(scope="module")
def answered(gateway: Gateway) -> dict[str, Case]:
    """Bundles of a running node: answers of two dialects, a stream, a picture."""
    policy = assay.published_policy(gateway.openai_url)
    messages = [{"role": "user", "content": "one two three"}]
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    seen = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, picture]}]
    with assay.Client(gateway.openai_url, gateway.api_key, policy) as client:
        stream = client.chat.completions.create(model=GPT, messages=messages, stream=True)
        assert "".join(stream.text) == "one two three"
        answers: dict[str, Any] = {
            "chat": client.chat.completions.create(model=GPT, messages=seen),
            "message": client.messages.create(model=CLAUDE, max_tokens=99, messages=messages),
            "image": client.images.generate(model=PAINTER, prompt="a heron", response_format="b64_json"),
            "stream": stream,
        }
        members = policy.to_json() | {"anchors": [], "measurements": []}
        return {
            name: Case(
                answer.bundle(complete=True, timeout=10).to_bytes(),
                members | {"nonce": answer.receipt.statement.nonce},
                answer.receipt.statement.issued_at + timedelta(seconds=1),
            )
            for name, answer in answers.items()
        }


@pytest.fixture(scope="module")
def bundles(answered: dict[str, Case]) -> dict[str, Case]:
    return answered | {"published": published("whole"), "published stream": published("stream")}


def test_both_accept_what_is_right(bundles: dict[str, Case]) -> None:
    for pair in judge(bundles.values()):
        assert pair.first.level == pair.second.level == "SIGNED"


def test_both_refuse_the_same_changes(bundles: dict[str, Case]) -> None:
    """One byte of one file at a time, at seeded places."""
    chosen = {name: bundles[name] for name in ("chat", "stream", "published")}
    assert_agreement(dict(_changed_files(chosen, random.Random(20261124))))


def _changed_files(bundles: dict[str, Case], chance: random.Random) -> Iterator[tuple[str, Case]]:
    for bundle, case in bundles.items():
        files = case.files
        for name, content in files.items():
            for _ in range(MUTATIONS if content else 0):
                at, byte = chance.randrange(len(content)), chance.randrange(256)
                changed = content[:at] + bytes([byte]) + content[at + 1 :]
                yield f"{bundle}: {name}[{at}] = {byte}", case.with_files(files | {name: changed})


def test_both_refuse_the_same_files_left_out_or_swapped(bundles: dict[str, Case]) -> None:
    cases = {}
    for bundle, case in bundles.items():
        files = case.files
        for name in files:
            cases[f"{bundle} without {name}"] = case.with_files({k: v for k, v in files.items() if k != name})
            for other, stranger in bundles.items():
                if name in stranger.files:
                    swapped = files | {name: stranger.files[name]}
                    cases[f"{bundle} with the {name} of {other}"] = case.with_files(swapped)
    assert_agreement(cases)


def test_both_refuse_the_same_lies_of_a_node() -> None:
    """Every leaf of a statement changed, and signed by the node that it names."""
    cases = {}
    for kind in ("whole", "stream"):
        case = published(kind)
        statement = statement_of(case.files["receipt.json"])
        for place, changed in _changed_leaves(statement):
            receipt = signed(canonical(changed))
            cases[f"{kind}: {place}"] = case.with_files(case.files | {"receipt.json": receipt})
    pairs = zip(cases, judge(cases.values()), strict=True)
    assert not {place: pair for place, pair in pairs if not (pair.agree or pair.second_is_stricter)}


def _changed_leaves(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for way, value in list(_leaves(statement)):
        for other in _others(value):
            changed = copy.deepcopy(statement)
            parent: Any = changed
            for step in way[:-1]:
                parent = parent[step]
            parent[way[-1]] = other
            yield f"{'.'.join(map(str, way))} = {other!r}", changed


def _leaves(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict | list):
        for step, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(member, (*way, step))
    else:
        yield way, value


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value, 1]
    if isinstance(value, int):
        return [value + 1, -1, 2**53, str(value), None]
    return [value + "0", value.upper() + "A", "", 0, None]


DEMANDS: dict[str, Callable[[Case], Case]] = {
    "no node": lambda case: case.demanding(nodes=[]),
    "no log": lambda case: case.demanding(logs=[]),
    "another log": lambda case: case.demanding(logs=[VECTORS["keys"]["log_vkey"]]),
    "inclusion": lambda case: case.demanding(require_inclusion=True),
    "a witness": lambda case: case.demanding(quorum=1),
    "another nonce": lambda case: case.demanding(nonce="another"),
    "no age": lambda case: case.demanding(max_age_s=0),
    "an hour at most": lambda case: case.demanding(max_age_s=3600),
    "an hour before": lambda case: _judged(case, timedelta(hours=-1)),
    "within the skew": lambda case: _judged(case, timedelta(seconds=-100)),
    "within a larger skew": lambda case: _judged(case, timedelta(hours=-1)).demanding(max_skew_s=7200),
    "years after": lambda case: _judged(case, timedelta(days=4000)),
}


def test_both_hold_bundles_to_the_same_policy(bundles: dict[str, Case]) -> None:
    cases = {
        f"{name}: {what}": demand(case) for name, case in bundles.items() for what, demand in DEMANDS.items()
    }
    for name, pair in zip(cases, judge(cases.values()), strict=True):
        assert (pair.first.level, pair.first.failing) == (pair.second.level, pair.second.failing), name


def _judged(case: Case, later: timedelta) -> Case:
    return replace(case, at=case.at + later)
