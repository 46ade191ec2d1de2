"""Records read like objects and stay plain JSON underneath."""

from __future__ import annotations

import copy
import pickle

import pytest

from assay.apps.client.record import Record

VALUE = {"id": "x", "choices": [{"message": {"content": "hi", "parts": [[{"a": 1}]]}}], "none": None}


def test_members_read_like_attributes() -> None:
    record = Record(VALUE)
    assert record.choices[0].message.content == "hi"
    assert record.choices[0].message.parts[0][0].a == 1
    assert record["choices"][0]["message"]["content"] == "hi"
    assert record.none is None


def test_a_missing_member_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'absent'"):
        _ = Record(VALUE).absent
    assert not hasattr(Record(VALUE), "absent")


def test_a_member_named_like_a_method_is_reached_by_subscript() -> None:
    assert Record({"items": 3})["items"] == 3


def test_it_is_a_mapping_equal_to_its_plain_object() -> None:
    record = Record(VALUE)
    assert list(record) == list(VALUE)
    assert record.to_json() == VALUE
    assert Record(VALUE) == record


def test_its_repr_shows_names_and_no_content() -> None:
    assert repr(Record({"content": "a secret"})) == "Record(content)"


def test_it_can_be_copied_and_pickled() -> None:
    record = Record(VALUE)
    assert copy.deepcopy(record).choices[0].message.content == "hi"
    assert pickle.loads(pickle.dumps(record)).id == "x"
