"""A receipt in a body leaves every other byte as it was."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.receipts.office import SECRET

from assay.errors import FormatError
from assay.trust.envelope import Envelope
from assay.trust.receipts.delivery import Delivery, add_to_body, read_comment, take_from_body, write_receipt

DELIVERY = Delivery(Envelope(b"{}", "00" * 32, bytes(64)), SECRET, 7)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.integers(-9, 9) | text | st.just(',"assay":'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text | st.just("assay"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(text | st.just("assay"), values, max_size=4), st.booleans())
def test_taking_out_undoes_putting_in(answer: dict[str, Any], indented: bool) -> None:
    body = orjson.dumps(answer, option=orjson.OPT_INDENT_2 if indented else None)
    sent = add_to_body(body, DELIVERY)
    assert orjson.loads(sent)["assay"] == orjson.loads(DELIVERY.to_bytes())
    assert take_from_body(sent) == (body if answer else b"{}", DELIVERY)


def test_a_body_without_receipt_stays_as_it_is() -> None:
    assert take_from_body(b'{"a":1}') == (b'{"a":1}', None)


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_cut_delivery_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        take_from_body(add_to_body(b'{"a":1}', DELIVERY)[:-cut])


def test_the_secret_is_not_shown_by_accident() -> None:
    assert SECRET.secret.hex() not in repr(DELIVERY)


def test_a_receipt_in_a_stream_is_read_back() -> None:
    assert read_comment(write_receipt(DELIVERY)) == DELIVERY
