"""What rides inside a request is found in each dialect's own place."""

from __future__ import annotations

from typing import Any

import pytest

from assay.trust.canonical import canonicalize
from assay.trust.receipts.attachments import Attachment, find_attachments, may_hold_attachments

CASES: list[tuple[Any, list[Attachment]]] = [
    (
        {"content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]},
        [Attachment("/content/0/image_url/url", b"ABC", True)],
    ),
    (
        {"content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]},
        [Attachment("/content/0/image_url/url", b"https://example.org/a.png", False)],
    ),
    (
        {"content": [{"type": "input_image", "image_url": "data:image/png;base64,QUJD"}]},
        [Attachment("/content/0/image_url", b"ABC", True)],
    ),
    (
        {"source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
        [Attachment("/source/data", b"ABC", True)],
    ),
    (
        {"source": {"type": "url", "url": "https://example.org/a.pdf"}},
        [Attachment("/source/url", b"https://example.org/a.pdf", False)],
    ),
    ({"input_audio": {"format": "wav", "data": "QUJD"}}, [Attachment("/input_audio/data", b"ABC", True)]),
    ({"file": {"file_data": "QUJD"}}, [Attachment("/file/file_data", b"ABC", True)]),
    ({"file": {"file_id": "file-1"}}, [Attachment("/file/file_id", b"file-1", False)]),
    (
        {"data": [{"b64_json": "QUJD"}, {"b64_json": "REVG"}]},
        [
            Attachment("/data/0/b64_json", b"ABC", True),
            Attachment("/data/1/b64_json", b"DEF", True),
        ],
    ),
    ({"a/b~c": {"file_data": "not base64!"}}, [Attachment("/a~1b~0c/file_data", b"not base64!", True)]),
    ({"file_id": "file-1"}, [Attachment("/file_id", b"file-1", False)]),
    ({"input_audio": {"data": "QUJD"}}, [Attachment("/input_audio/data", b"ABC", True)]),
    (
        {"m": ["data:,x", ["data:;base64,QQ=="]]},
        [
            Attachment("/m/0", b"data:,x", True),
            Attachment("/m/1/0", b"A", True),
        ],
    ),
    ({"m": {"file_data": "AAEC===="}}, [Attachment("/m/file_data", b"AAEC====", True)]),
    ({"url": "https://example.org", "data": "QUJD", "text": "data is here"}, []),
    (
        {"z": "data:,plain", "a": "data:text/plain;base64,QQ=="},
        [
            Attachment("/a", b"A", True),
            Attachment("/z", b"data:,plain", True),
        ],
    ),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_found(value: Any, expected: list[Attachment]) -> None:
    assert list(find_attachments(value)) == expected


@pytest.mark.parametrize("value", [value for value, expected in CASES if expected])
def test_the_cheap_test_never_misses_one(value: Any) -> None:
    assert any(may_hold_attachments(name, canonicalize(member)) for name, member in value.items())
