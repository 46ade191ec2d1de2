"""The table ``[payments]`` of ``assay.toml``."""

from __future__ import annotations

import pytest

from assay.apps.network.payments import PaymentSettings
from assay.engines.chain.local import CHAIN_ID
from assay.engines.inference.settings import Settings
from assay.errors import ConfigError


def read(text: str) -> PaymentSettings:
    with Settings.parse(text, "assay.toml") as file:
        return PaymentSettings.read(file.table("payments"))


def test_nothing_said_is_the_chain_of_this_machine() -> None:
    assert read("") == PaymentSettings(None, CHAIN_ID, 100_000)


def test_another_chain() -> None:
    said = '[payments]\nrpc = "https://example.org"\nchain_id = 8453\nopg_usd = "0.161234"'
    assert read(said) == PaymentSettings("https://example.org", 8453, 161_234)


def test_another_price_at_home() -> None:
    assert read('[payments]\nopg_usd = "2"').opg_price == 2_000_000


def test_a_facilitator() -> None:
    assert not read("").facilitator
    assert read("[payments]\nfacilitator = true") == PaymentSettings(facilitator=True)
    said = 'rpc = "https://example.org"\nchain_id = 8453\nopg_usd = "1"\nfacilitator = true'
    assert read(f"[payments]\n{said}").facilitator


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ('rpc = "https://example.org"', "needs `rpc` and `chain_id` together"),
        ("chain_id = 8453", "needs `rpc` and `chain_id` together"),
        ('rpc = "https://example.org"\nchain_id = 8453', "needs `opg_usd`"),
        ('opg_usd = "0.1234567"', "no amount of dollars"),
        ('opg_usd = "0"', "no amount of dollars"),
        ('opg_usd = "-1"', "no amount of dollars"),
        ('opg_usd = "NaN"', "no amount of dollars"),
        ('opg_usd = "Infinity"', "no amount of dollars"),
        ('opg_usd = "ten cents"', "no amount of dollars"),
        ("opg_usd = 0.1", "must be a string"),
        ('chain = "base"', "has no setting `chain`"),
    ],
)
def test_what_cannot_be_meant(said: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read(f"[payments]\n{said}")
