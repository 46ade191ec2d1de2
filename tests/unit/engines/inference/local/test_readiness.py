from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.inference.local.packages import PartMissing, carried_file
from assay.engines.inference.local.readiness import Ready, Unable, read_line
from assay.engines.inference.provider import EngineProfile, ProviderUnreachable

words = st.text(max_size=12)
settings = st.dictionaries(words, words | st.integers(-(2**53), 2**53) | st.booleans(), max_size=4)
profiles = st.builds(EngineProfile, words, words, st.sampled_from(["exact", "none"]), settings)


@given(st.builds(Ready, st.dictionaries(words, profiles, max_size=3)) | st.builds(Unable, words, words))
def test_a_line_is_read_as_it_was_meant(said: Ready | Unable) -> None:
    assert read_line(said.line()) == said


@pytest.mark.parametrize("line", [b"", b'{"ready": {'])
def test_a_line_cut_short_is_a_process_that_ended(line: bytes) -> None:
    with pytest.raises(ProviderUnreachable, match="ended while it was starting"):
        read_line(line)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(PartMissing, match="`no_such_package`") as missing:
        carried_file("no_such_package", "*.gguf")
    assert missing.value.hint
