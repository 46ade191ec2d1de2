"""The model catalogue, from TOML to a price."""

from __future__ import annotations

from datetime import date

import pytest

from assay.engines.inference.catalogue import (
    Catalogue,
    Model,
    ProviderEntry,
    Target,
    UnknownModel,
    UnpricedModel,
)
from assay.engines.inference.configuration import load_catalogue
from assay.errors import ConfigError
from assay.trust.receipts.predicate import Price, Usage
from assay.trust.receipts.price_table import ListedPrice, PriceTable

FILE = """
[[providers]]
name = "azure"
kind = "compatible"
base_url = "http://127.0.0.1:1/v1"
allow_unpriced = true

[[providers]]
name = "openai"
kind = "openai"
api_key_env = "MY_OPENAI_KEY"

[[models]]
id = "gpt-4.1"
targets = ["openai:gpt-4.1", "azure:deployment/7"]
price = { input = 3_000_000, output = 9_000_000, cached_input = 1_000_000, image = 5 }
context = 1_000_000
label = "ours"

[[models]]
id = "free"
targets = ["azure:free"]
"""


def test_an_operators_file_reads_as_written() -> None:
    catalogue = load_catalogue(FILE, {})
    assert catalogue.find("gpt-4.1") == Model(
        "gpt-4.1",
        (Target("openai", "gpt-4.1"), Target("azure", "deployment/7")),
        Price(input=3_000_000, output=9_000_000, cached_input=1_000_000, image=5),
        1_000_000,
        "ours",
        price_source="the operator of this node",
    )
    assert catalogue.find("free").price is None
    entries = {entry.name: entry for entry in catalogue.providers()}
    assert entries["azure"] == ProviderEntry(
        "azure", "compatible", allow_unpriced=True, settings={"base_url": "http://127.0.0.1:1/v1"}
    )


def test_the_operators_word_replaces_the_well_known() -> None:
    catalogue = load_catalogue(FILE, {"OPENAI_API_KEY": "k"})
    [openai] = [entry for entry in catalogue.providers() if entry.name == "openai"]
    assert openai.settings["api_key_env"] == "MY_OPENAI_KEY"
    assert [model.id for model in catalogue.models()].count("gpt-4.1") == 1
    assert catalogue.find("gpt-4.1-mini").price == Price(400_000, 1_600_000, 400_000)


def test_without_a_file_and_keys_there_is_the_local_model() -> None:
    catalogue = load_catalogue(None, {"OPENAI_API_KEY": ""})
    assert [entry.name for entry in catalogue.providers()] == ["local"]
    assert {model.targets[0].provider for model in catalogue.models()} == {"local"}
    assert catalogue.find("smollm2-135m").label == "demo quality"


@pytest.mark.parametrize(
    ("variable", "model", "provider"),
    [
        ("OPENAI_API_KEY", "gpt-5", "openai"),
        ("ANTHROPIC_API_KEY", "claude-opus-5", "anthropic"),
        ("GEMINI_API_KEY", "gemini-2.5-pro", "google"),
        ("XAI_API_KEY", "grok-4", "xai"),
        ("ARK_API_KEY", "seed-1.6", "bytedance"),
        ("OPENROUTER_API_KEY", "hermes-4-70b", "openrouter"),
        ("ZAI_API_KEY", "glm-5.2", "zai"),
    ],
)
def test_a_key_brings_its_provider_and_its_models(variable: str, model: str, provider: str) -> None:
    with pytest.raises(UnknownModel):
        load_catalogue(None, {}).find(model)
    catalogue = load_catalogue(None, {variable: "k"})
    assert catalogue.find(model).targets[0].provider == provider
    assert all(listed.price for listed in catalogue.models())


def test_list_prices_are_micro_usd_per_million_tokens() -> None:
    opus = load_catalogue(None, {"ANTHROPIC_API_KEY": "k"}).find("claude-opus-5")
    assert opus.price is not None
    assert opus.price.cost(Usage(input_tokens=1_000_000, output_tokens=1_000_000)) == 30_000_000
    assert opus.price.cost(Usage(input_tokens=10, cached_input_tokens=10)) == 50


def test_any_priced_model_of_a_provider_can_be_addressed_through_it() -> None:
    catalogue = load_catalogue(FILE, {})
    assert catalogue.find("openai/gpt-4.1").targets == (Target("openai", "gpt-4.1"),)
    assert catalogue.find("openai/gpt-4.1").price == catalogue.find("gpt-4.1").price
    assert catalogue.find("azure/deep/er") == Model("azure/deep/er", (Target("azure", "deep/er"),), None)


def test_a_price_says_where_it_comes_from() -> None:
    """It says so itself, or its file does; the operator's file has no say in what is well known."""
    models = """
        [prices]
        source = "our contract"
        as_of = 2026-01-31

        [[models]]
        id = "contracted"
        targets = ["local:a"]
        price = { input = 1 }

        [[models]]
        id = "on offer"
        targets = ["local:b", "local:a"]
        price = { input = 2, source = "this week's offer", as_of = 2026-11-23 }
    """
    prices = load_catalogue(models, {"XAI_API_KEY": "k"}).prices()
    assert prices["contracted"] == ListedPrice(Price(1, 0, 1), "our contract", date(2026, 1, 31))
    assert prices["on offer"] == ListedPrice(
        Price(2, 0, 2), "this week's offer", date(2026, 11, 23), ("local/b", "local/a")
    )
    assert prices["smollm2-135m"].source == "carried with Assay"
    assert prices["grok-4"].as_of is not None


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}])
def test_the_prices_are_those_that_calls_cost(environment: dict[str, str]) -> None:
    """Under every name that a price is published for, and free under every other that is served."""
    catalogue = load_catalogue(FILE, environment)
    table = PriceTable("", catalogue.prices())
    names = [name for model, listed in table.prices.items() for name in (model, *listed.also)]
    assert {"gpt-4.1", "openai/gpt-4.1", "azure/deployment/7"} <= set(names)
    for name in (*names, "free", "azure/free", "azure/anything"):
        assert table.price(name) == (catalogue.find(name).price or Price())


def test_a_model_without_a_price_is_refused() -> None:
    with pytest.raises(UnpricedModel) as caught:
        load_catalogue(FILE, {}).find("openai/gpt-99")
    assert caught.value.code == "model_unpriced"


@pytest.mark.parametrize("name", ["", "/", "gpt", "nobody/gpt", "openai/", "openai", "gpt-4.1 " * 100_000])
def test_a_model_nobody_serves(name: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        load_catalogue(FILE, {}).find(name)
    assert caught.value.code == "model_not_found"


def test_a_misspelt_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownModel) as caught:
        load_catalogue(FILE, {}).find("gpt4.1")
    assert "`gpt-4.1`" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[[providers]", "not TOML", "line"),
        ("[[provider]]\nname='a'", "no setting `provider`", "`providers`"),
        ("[[providers]]\nkind='openai'", "needs `name`", "name"),
        ("[[providers]]\nname='a'", "providers.a needs `kind`", "kind"),
        ("[[providers]]\nname='a:b'\nkind='openai'", "colon or slash", "separate"),
        ("[[models]]\nid='m'", "models.m needs `targets`", "openai:gpt-4.1"),
        ("[[models]]\nid='m'\ntargets=['local']", "not provider:model", "openai:gpt-4.1"),
        ("[[models]]\nid='m'\ntargets=['local:x']\nprise={}", "no setting `prise`", "`price`"),
        (
            "[[models]]\nid='m'\ntargets=['local:x']\nprice={inputs=1}",
            "price has no setting `inputs`",
            "`input`",
        ),
        ("[[models]]\nid='m'\ntargets=['local:x']\nprice={input=0.5}", "whole number", ""),
        ("[[models]]\nid='m'\ntargets=['local:x']\nprice={input=-5}", "negative", ""),
        ("[[models]]\nid='m'\ntargets=['local:x']\nprice={as_of='2026-11-24'}", "must be a date", ""),
        ("[prices]\nas_of=2026-11-24T12:00:00Z", "prices.as_of is a time", "the day alone"),
        ("[prices]\nsauce='a list'", "no setting `sauce`", "`source`"),
        ("[[models]]\nid='m'\ntargets=['local:x']", "model m has no price", "allow_unpriced"),
        ("[[models]]\nid='m'\ntargets=['lokal:x']\nprice={}", "not configured", "`local`"),
        ("[[models]]\nid='m'\ntargets=['xai:x']\nprice={}", "not configured", "XAI_API_KEY"),
        ("[[models]]\nid='m'\ntargets=['local:x']\nprice={}\n" * 2, "the model m twice", "one"),
        ("[[providers]]\nname='a'\nkind='xai'\n" * 2, "the provider a twice", "one"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(text, {})
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_empty_catalogue_knows_nothing() -> None:
    with pytest.raises(UnknownModel):
        Catalogue([], []).find("gpt-4.1")
