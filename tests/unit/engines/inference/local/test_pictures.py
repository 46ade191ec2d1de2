from __future__ import annotations

from io import BytesIO

import pytest

from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter

pytest.importorskip("numpy", reason="needs the extra `local`")
Image = pytest.importorskip("PIL.Image", reason="needs the extra `local`")

from assay.engines.inference.local.picture_call import PictureCall  # noqa: E402
from assay.engines.inference.local.pictures import LABEL, draw  # noqa: E402


def test_a_picture_depends_on_prompt_and_place_alone() -> None:
    fox = draw("a fox", 0, 256, 256)
    assert draw("a fox", 0, 256, 256) == fox
    assert draw("a fox", 1, 256, 256) != fox
    assert draw("a fux", 0, 256, 256) != fox


def test_a_picture_says_what_it_is_and_not_what_was_asked() -> None:
    png = draw("a very secret fox", 0, 320, 256)
    picture = Image.open(BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", (320, 256))
    assert picture.text["Title"] == LABEL
    assert b"secret" not in png


def test_the_strip_is_written_on_the_picture() -> None:
    foot = Image.open(BytesIO(draw("a fox", 0, 512, 512))).crop((0, 489, 512, 512)).convert("L")
    darkest, brightest = foot.getextrema()
    assert brightest - darkest > 120


def test_the_least_is_a_prompt() -> None:
    assert PictureCall.read({"prompt": "a fox"}) == PictureCall("a fox", 1, 1024, 1024)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"size": "128x256"}, "size"),
        ({"size": "256x2048"}, "size"),
        ({"size": 256}, "size"),
        ({"n": 0}, "n"),
        ({"n": True}, "n"),
        ({"n": 11}, "n"),
        ({"prompt": None}, "prompt"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fields: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        PictureCall.read({"prompt": "a fox"} | fields)
    assert refused.value.parameter == named


@pytest.mark.parametrize(
    "fields",
    [{"response_format": "url"}, {"quality": "hd"}, {"style": "vivid"}, {"output_format": "webp"}],
)
def test_what_would_be_dropped_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(UnsupportedParameter) as refused:
        PictureCall.read({"prompt": "a fox"} | fields)
    assert refused.value.parameter in fields
