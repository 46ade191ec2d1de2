from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.transparency.tiles import decode_bundle, encode_bundle, tile_path, tile_width


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 999, 1, "tile/1/999.p/1"),
        (63, 1000, 255, "tile/63/x001/000.p/255"),
        ("entries", 1000000, 256, "tile/entries/x001/x000/000"),
    ],
)
def test_paths(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


def test_the_tiles_of_the_specifications_example() -> None:
    widths = [[tile_width(70_000, level, index) for index in range(275)] for level in range(4)]
    assert widths[0] == [256] * 273 + [112, 0]
    assert widths[1] == [256, 17] + [0] * 273
    assert widths[2] == [1] + [0] * 274
    assert widths[3] == [0] * 275
    assert (tile_width(256, 0, 0), tile_width(256, 1, 0)) == (256, 1)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256), st.integers(min_value=1))
def test_a_bundle_cut_short_is_refused_or_holds_fewer_entries(entries: list[bytes], cut: int) -> None:
    data = encode_bundle(entries)
    data = data[: cut % len(data)]
    try:
        read = decode_bundle(data)
    except FormatError:
        return
    assert read == entries[: len(read)]
    assert encode_bundle(read) == data


def test_more_than_a_bundle_is_refused() -> None:
    with pytest.raises(FormatError):
        decode_bundle(encode_bundle([b""] * 257))
