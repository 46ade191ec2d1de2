"""Numbers and bytes as Ethereum's JSON-RPC writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.wire import from_data, from_quantity, to_data, to_quantity


@given(st.integers(min_value=0, max_value=2**256 - 1))
def test_numbers(number: int) -> None:
    assert from_quantity(to_quantity(number)) == number


@given(st.binary())
def test_bytes(data: bytes) -> None:
    assert from_data(to_data(data)) == data


def test_the_examples_of_execution_apis() -> None:
    assert to_quantity(65) == "0x41"
    assert to_quantity(1024) == "0x400"
    assert to_quantity(0) == "0x0"
    assert to_data(b"A") == "0x41"
    assert to_data(b"") == "0x"


@pytest.mark.parametrize(
    "value", ["0x", "0xg", "ff", "0x-1", "0x_1", "-0x1", " 0x1", "0x1\n", "", None, 1, [], {}]
)
def test_no_number(value: object) -> None:
    with pytest.raises(ChainGarbage):
        from_quantity(value)


@pytest.mark.parametrize("value", ["0xf", "0xfg", "ff", "0x f", "0xff\n", "", None, b"0xff", 1, [], {}])
def test_no_bytes(value: object) -> None:
    with pytest.raises(ChainGarbage):
        from_data(value)
