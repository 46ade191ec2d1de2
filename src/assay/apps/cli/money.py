"""Prices, for people."""

from __future__ import annotations

from assay.trust.receipts.predicate import Price


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
