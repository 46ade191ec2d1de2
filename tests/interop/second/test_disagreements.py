"""Where Assay and the specification part, as the second verifier reads it.

The marks are strict: what has been settled must lose its mark.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.interop.second.issuing import (
    AT,
    POLICY,
    Attachment,
    canonical,
    issue,
    opening,
    published,
    signed,
    statement_of,
)
from tests.interop.second.judging import Case, judge, needs_node, zipped


def known(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(reason=reason, strict=True)


pytestmark = needs_node


def outcomes(files: dict[str, bytes], **demands: Any) -> tuple[bool, bool]:
    """Whether Assay, and whether the second verifier, rejects."""
    (pair,) = judge([Case(zipped(files), POLICY, AT).demanding(**demands)])
    return pair.first.level == "REJECTED", pair.second.level == "REJECTED"


def claiming(kind: str, *way: str | int, value: Any) -> dict[str, bytes]:
    statement = statement_of(published(kind).files["receipt.json"])
    parent: Any = statement
    for step in way[:-1]:
        parent = parent[step]
    parent[way[-1]] = value
    return {"receipt.json": signed(canonical(statement))}


@pytest.mark.parametrize(
    ("kind", "way", "value"),
    [
        ("whole", ("predicate", "mode"), "trust"),
        ("whole", ("predicate", "engine", "determinism"), "maybe"),
        ("whole", ("predicate", "engine", "settings"), "none"),
        ("whole", ("predicate", "usage", "source"), "guess"),
        ("whole", ("predicate", "answer", "chunks"), 1),
        ("stream", ("predicate", "answer", "stream"), "1"),
        ("whole", ("subject",), []),
    ],
)
def test_statements(kind: str, way: tuple[str | int, ...], value: Any) -> None:
    assert outcomes(claiming(kind, *way, value=value)) == (True, True)


def test_a_demand_for_inclusion_without_a_log_fails() -> None:
    assert outcomes(published("whole").files, logs=[], require_inclusion=True) == (True, True)


def test_a_top_level_member_can_be_an_attachment() -> None:
    files = issue(b'{"file_id":"f"}', {"file_id": b'"f"'}, [Attachment("/file_id", b"f", inline=False)])
    assert outcomes(files) == (False, False)


def test_a_string_in_a_list_can_be_an_attachment() -> None:
    value = b'["data:,x"]'
    assert outcomes(issue(b'{"m":' + value + b"}", {"m": value}, [Attachment("/m/0", b"data:,x")])) == (
        False,
        False,
    )


def test_overlong_padding_is_not_base64() -> None:
    value = b'"data:;base64,AAEC===="'
    files = issue(b'{"m":' + value + b"}", {"m": value}, [Attachment("/m", b"AAEC====")])
    assert outcomes(files) == (False, False)


def test_a_comment_of_the_node_is_no_chunk() -> None:
    assert outcomes(issue(answer=[b"data: x\n\n", b": assay-head {}\n\n"])) == (True, True)


def test_a_stream_has_no_attachments() -> None:
    files = issue(answer=[b"data: x\n\n"], answer_attachments=[Attachment("/a", b"x")])
    assert outcomes(files) == (True, True)


def test_what_a_stream_was_asked_can_be_disclosed() -> None:
    files = issue(answer=[b"data: x\n\n"])
    nonce = statement_of(files["receipt.json"])["predicate"]["nonce"]
    revealed = opening("stream", disclosed={"stream": nonce.encode() + b'\0{"m":1}'})
    assert outcomes({"receipt.json": files["receipt.json"], "opening.json": revealed}) == (False, False)


def test_a_salt_is_32_bytes() -> None:
    files = published("whole").files
    salts = json.loads(files["opening.json"])
    salts["salts"]["sent"] = "00"
    assert outcomes(files | {"opening.json": canonical(salts)}) == (True, True)


@known("nesting of some hundred levels has no canonical form")
def test_deep_nesting() -> None:
    value = b"[" * 300 + b"]" * 300
    assert outcomes(issue(b'{"m":' + value + b"}", {"m": value})) == (False, False)
