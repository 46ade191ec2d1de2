"""Forms: what is read is what anybody reads, and what is changed is the model and nothing else."""

from __future__ import annotations

from contextlib import suppress

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.inference.routing.form import MalformedForm, read_form, with_model

TYPE = "multipart/form-data; boundary=edge"

PICTURE = b"\x89PNG\r\n\r\n--edg\r\n\x00"

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def part(content: bytes, head: str) -> bytes:
    return b"--edge\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def text(name: str, content: str) -> bytes:
    return part(content.encode(), f'Content-Disposition: form-data; name="{name}"')


def form(*parts: bytes) -> bytes:
    return b"".join((*parts, b"--edge--\r\n"))


FILE = part(
    PICTURE, 'Content-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png'
)


@given(st.dictionaries(st.sampled_from(["prompt", "size", "user", "quality"]), TEXTS), st.binary(max_size=64))
def test_what_a_client_writes_is_what_is_read(texts: dict[str, str], picture: bytes) -> None:
    files = {"image": ("ä.png", picture, "image/png")}
    request = httpx2.Request("POST", "http://node/v1/images/edits", data=texts, files=files)
    assert read_form(request.headers["content-type"], request.read()) == texts


def test_a_name_of_a_file_may_be_of_any_script() -> None:
    body = form(
        part(PICTURE, 'Content-Disposition: form-data; name="image"; filename="青鷺.png"'), text("n", "1")
    )
    assert read_form(TYPE, body) == {"n": 1}


def test_an_empty_form_has_no_texts() -> None:
    assert read_form(TYPE, form()) == {}
    assert read_form(TYPE, with_model(TYPE, form(), "m")) == {"model": "m"}


def test_stream_and_n_are_read_as_json_has_them() -> None:
    body = form(text("stream", "true"), text("n", "3"), text("prompt", "3"), FILE)
    assert read_form(TYPE, body) == {"stream": True, "n": 3, "prompt": "3"}


def test_another_model_is_named_in_its_place() -> None:
    body = form(FILE, text("model", "mine"), text("prompt", "mine"))
    assert with_model(TYPE, body, "theirs") == form(FILE, text("model", "theirs"), text("prompt", "mine"))


def test_a_model_is_added_where_none_is_named() -> None:
    body = form(FILE, text("prompt", "a heron"))
    changed = with_model(TYPE, body, "theirs")
    assert changed.endswith(body)
    assert read_form(TYPE, changed) == {"model": "theirs", "prompt": "a heron"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"preamble\r\n" + form(text("model", "m")),
        form(text("model", "m")) + b"epilogue",
        form(text("model", "m"))[:-12],
        form(text("model", "one"), text("model", "two")),
        form(part(b"m", 'Content-Disposition: form-data; name="model"; filename="m"')),
        form(part(b"m", 'Content-Disposition: form-data; name="mod\\el"')),
        form(part(b"m", "Content-Disposition: form-data; name*=utf-8''model")),
        form(part(b"m", 'Content-Disposition: attachment; name="model"')),
        form(
            part(b"m", 'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"')
        ),
        form(
            part(b"bQ==", 'Content-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: base64')
        ),
        form(
            part(
                b"m", 'Content-Disposition: form-data; name="a"\nContent-Disposition: form-data; name="model"'
            )
        ),
        form(part(b"\xff", 'Content-Disposition: form-data; name="model"')),
        form(b"--edge\r\nContent-Disposition: form-data\r\n"),
        form(text("n", "two")),
        form(text("n", "9" * 5000)),
        form(text("n", "٣")),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedForm):
        read_form(TYPE, body)


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/mixed; boundary=edge", "multipart/form-data"]
)
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(MalformedForm):
        read_form(content_type, form(text("model", "m")))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(tail: bytes) -> None:
    with suppress(MalformedForm):
        read_form(TYPE, b"--edge\r\n" + tail)
