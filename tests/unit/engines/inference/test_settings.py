"""Nothing in a table of the configuration is overlooked."""

from __future__ import annotations

import pytest

from assay.engines.inference.settings import Settings, nearest
from assay.errors import ConfigError


def test_a_misspelt_key_is_refused_with_the_one_that_was_meant() -> None:
    def read() -> None:
        with Settings({"base_ulr": "x"}, "providers.a") as settings:
            settings.text("base_url")
            settings.text("kind")

    with pytest.raises(ConfigError) as caught:
        read()
    assert caught.value.message == "providers.a has no setting `base_ulr`"
    assert "`base_url`" in caught.value.hint


def test_an_error_inside_the_block_is_not_masked() -> None:
    with pytest.raises(ZeroDivisionError), Settings({"left": 1}, "t"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("text", 1),
        ("required_text", ""),
        ("flag", "true"),
        ("flag", 1),
        ("whole", "1"),
        ("whole", True),
        ("whole", -1),
        ("whole", 1.5),
        ("seconds", 0),
        ("seconds", True),
        ("texts", []),
        ("texts", "one"),
        ("texts", [1]),
        ("table", []),
        ("tables", {}),
        ("tables", ["a"]),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(method: str, value: object) -> None:
    settings = Settings({"key": value}, "table")
    with pytest.raises(ConfigError, match="key") as caught:
        getattr(settings, method)("key")
    assert caught.value.hint


def test_rest_hands_over_what_nobody_took() -> None:
    with Settings({"kind": "a", "speaks": ["b"]}, "t") as settings:
        settings.text("kind")
        assert settings.rest() == {"speaks": ["b"]}


def test_a_name_unlike_any_is_answered_with_the_known_ones() -> None:
    assert nearest("zzz", ["beta", "alpha"]) == "known are `alpha`, `beta`"
    assert nearest("zzz", [str(number) * 5 for number in range(1, 15)]).endswith("and 2 more")
    assert nearest("x" * 10_000_000, ["alpha"]) == "known are `alpha`"
