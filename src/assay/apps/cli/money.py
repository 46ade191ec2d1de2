"""Prices, for people."""

from __future__ import annotations

from assay.trust.receipts.predicate import Price
from assay.trust.receipts.rate import Rate


def spell_price(price: Price) -> str:
    """USD for a million tokens in and out, and for a picture."""
    parts = []
    if price.input or price.output:
        parts.append(f"{price.input / 1e6:g} / {price.output / 1e6:g}")
    if price.input != price.cached_input:
        parts.append(f"{price.cached_input / 1e6:g} cached")
    if price.image:
        parts.append(f"{price.image / 1e6:g} an image")
    return ", ".join(parts) or "free"


def spell_rate(rate: Rate) -> str:
    """What a token is taken for, on whose word, and which token it is."""
    as_of = "" if rate.as_of is None else f" as of {rate.as_of:%Y-%m-%d %H:%M} UTC"
    return f"taken for {rate.micro_usd / 1e6:g} USD ({rate.source}{as_of}), {rate.asset}"
