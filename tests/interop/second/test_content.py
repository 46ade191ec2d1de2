"""What of a request and an answer is committed to: the corners of §2 and §5, for both verifiers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from tests.interop.second.issuing import AT, POLICY, Attachment, issue, opening, statement_of
from tests.interop.second.judging import Case, judge, needs_node, zipped

pytestmark = needs_node

DATA = b"\0\1\2"


def accepted(cases: dict[str, dict[str, bytes]]) -> dict[str, bool]:
    """Whether each bundle opens; the two must be of one mind."""
    pairs = judge(Case(zipped(files), POLICY, AT) for files in cases.values())
    answers = {}
    for name, pair in zip(cases, pairs, strict=True):
        assert pair.first == pair.second or (pair.first.failing == pair.second.failing == {"opening"}), (
            name,
            pair,
        )
        answers[name] = pair.first.level == "SIGNED"
    return answers


def asking(value: str, *attachments: Attachment) -> dict[str, bytes]:
    """A request whose one member has this JSON value, which must be canonical."""
    return issue(b'{"m":' + value.encode() + b"}", {"m": value.encode()}, attachments)


FOUND = [
    ('"data:;base64,AAEC"', "", DATA, True),
    ('"data:,hello"', "", b"data:,hello", True),
    ('"data: is what we need"', "", b"data: is what we need", True),
    ('"data:;base64,"', "", b"", True),
    ('"data:;base64,AAEC;base64,AAEC"', "", b"AAEC;base64,AAEC", True),
    ('"data:;base64,AA"', "", b"AA", True),
    ('"data:;base64,AB=="', "", b"\0", True),
    ('"data:;base64,-_8="', "", b"-_8=", True),
    ('"data:;base64, AAEC"', "", b" AAEC", True),
    ('"data:;base64,AA%3D%3D"', "", b"AA%3D%3D", True),
    ('[{"x":"data:;base64,AAEC"}]', "/0/x", DATA, True),
    ('{"file_data":"AAEC"}', "/file_data", DATA, True),
    ('{"file_data":"A?"}', "/file_data", b"A?", True),
    ('{"file_data":""}', "/file_data", b"", True),
    ('{"file_data":"data:;base64,AAEC"}', "/file_data", DATA, True),
    ('{"b64_json":"AAEC"}', "/b64_json", DATA, True),
    ('{"data":"AAEC","type":"base64"}', "/data", DATA, True),
    ('{"input_audio":{"data":"AAEC"}}', "/input_audio/data", DATA, True),
    ('{"file_id":"f"}', "/file_id", b"f", False),
    ('{"file_id":""}', "/file_id", b"", False),
    ('{"file_url":"https://x.example"}', "/file_url", b"https://x.example", False),
    ('{"image_url":"https://x.example"}', "/image_url", b"https://x.example", False),
    ('{"image_url":{"url":"https://x.example"}}', "/image_url/url", b"https://x.example", False),
    ('{"type":"url","url":"https://x.example"}', "/url", b"https://x.example", False),
    ('{"a/b~":"data:,x"}', "/a~1b~0", b"data:,x", True),
]


def test_what_is_an_attachment() -> None:
    cases = {
        value: asking(value, Attachment(f"/m{at}", content, inline)) for value, at, content, inline in FOUND
    }
    assert all(accepted(cases).values())


def test_what_is_an_attachment_cannot_be_left_out() -> None:
    assert not any(accepted({value: asking(value) for value, *_ in FOUND}).values())


def test_what_is_no_attachment() -> None:
    values = [
        '"DATA:;base64,AAEC"',
        '{"data":"AAEC","type":"x"}',
        '{"input_audio":[{"data":"AAEC"}]}',
        '{"file_data":["AAEC"]}',
        '{"file_id":["f"]}',
        '{"image_url":[{"url":"https://x.example"}]}',
        '{"type":"x","url":"https://x.example"}',
        '{"file_id":5}',
    ]
    assert all(accepted({value: asking(value) for value in values}).values())


def test_attachments_come_in_the_order_of_the_walk() -> None:
    value = '[{"file_id":"a"},{"file_id":"b"}]'
    first, second = (
        Attachment("/m/0/file_id", b"a", inline=False),
        Attachment("/m/1/file_id", b"b", inline=False),
    )
    orders = {
        "right": (first, second),
        "reversed": (second, first),
        "one": (first,),
        "three": (first, second, first),
    }
    taken = accepted({name: asking(value, *order) for name, order in orders.items()})
    assert [name for name, is_taken in taken.items() if is_taken] == ["right"]


def test_members_of_a_request() -> None:
    cases = {
        "the last of two counts": issue(b'{"m":1,"m":2}', {"m": b"2"}),
        "the first of two does not": issue(b'{"m":1,"m":2}', {"m": b"1"}),
        "one too many": issue(b'{"m":1}', {"m": b"1", "n": b"2"}),
        "one too few": issue(b'{"m":1,"n":2}', {"m": b"1"}),
        "numbers are doubles": issue(b'{"m":9007199254740993}', {"m": b"9007199254740992"}),
        "zero has no sign": issue(b'{"m":-0}', {"m": b"0"}),
        "a name that means something to JavaScript": issue(
            b'{"__proto__":{"a":1}}', {"__proto__": b'{"a":1}'}
        ),
    }
    assert list(accepted(cases).values()) == [True, False, False, False, True, True, True]


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"--form",
        b'["data:,x"]',
        b'{"m":NaN}',
        b'{"m":1e400}',
        b'{"m":"\\ud800"}',
        b'{"\\ud800":1}',
        b'\xef\xbb\xbf{"m":1}',
        b'{"m":"\xff"}',
        b'{"m":"\x01"}',
    ],
)
def test_a_request_that_is_no_object_of_i_json_has_no_members(request_body: bytes) -> None:
    cases = {"none": issue(request_body, {}), "one": issue(request_body, {"m": b"1"})}
    assert accepted(cases) == {"none": True, "one": False}


def test_a_whole_answer_is_i_json() -> None:
    answers = [
        b'{"a":1}',
        b" {} ",
        b"hello",
        b"",
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
    ]
    taken = accepted({repr(answer): issue(answer=answer) for answer in answers})
    assert [repr(answer) for answer in answers[:2]] == [name for name, is_taken in taken.items() if is_taken]


@pytest.mark.parametrize(
    "chunks",
    [
        [b"data: x\n\n", b"data: [DONE]\n\n"],
        [b"data: x\r\n\r\n", b"y\r\n\n", b"z\n\r\n", b"data: [DONE]\n\n"],
        [b"\ndata: x\n\n"],
        [b"data: x\n\n", b"\ndata: y\n\n"],
        [b"data: x\n\n", b"\n\n", b"\r\n\r\n", b"data: y\n\n"],
        [b"data: x\r\rdata: y\n\n"],
        [b"data: x\n\n", b"the stream ends insi"],
        [b"data: x\n\n", b"data: y\n"],
    ],
)
def test_where_chunks_end(chunks: Sequence[bytes]) -> None:
    joined = b"".join(chunks)
    cases = {"cut": issue(answer=chunks), "shifted": issue(answer=[joined[:1], joined[1:]])}
    assert accepted(cases) == {"cut": True, "shifted": False}


def test_a_stream_is_bound_to_its_request_and_nonce() -> None:
    files = issue(answer=[b"data: x\n\n"])
    another = issue(b'{"m":2}', {"m": b"2"}, answer=[b"data: x\n\n"])
    mine, theirs = statement_of(files["receipt.json"]), statement_of(another["receipt.json"])
    assert mine["predicate"]["answer"]["stream"] != theirs["predicate"]["answer"]["stream"]
    cases = {"own": files, "another's": files | {"request": another["request"]}}
    assert accepted(cases) == {"own": True, "another's": False}


def test_single_values_are_disclosed() -> None:
    receipt = {"receipt.json": issue()["receipt.json"]}
    reveal = {
        "right": opening("request/m", disclosed={"request/m": b"1"}),
        "wrong": opening("request/m", disclosed={"request/m": b"2"}),
        "without its salt": opening("request", disclosed={"request/m": b"1"}),
        "of no known label": opening("request/n", disclosed={"request/n": b"1"}),
        "all of it": opening("request", disclosed={"request": b'{"m":1}'}),
        "nothing": opening("request/m"),
    }
    taken = accepted({name: receipt | {"opening.json": file} for name, file in reveal.items()})
    assert [name for name, is_taken in taken.items() if is_taken] == ["right", "all of it", "nothing"]


def test_content_needs_its_salts() -> None:
    files = issue()
    salts = json.loads(files["opening.json"])["salts"]
    cases = {"no opening": {name: content for name, content in files.items() if name != "opening.json"}}
    for label in salts:
        left = opening(*(other for other in salts if other != label))
        cases[label] = files | {"opening.json": left}
    assert [label for label, is_taken in accepted(cases).items() if is_taken] == ["stream"]
