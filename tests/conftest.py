"""Fixtures that every test may ask for."""

from __future__ import annotations

from tests.gateway_fixture import gateway, upstream

__all__ = ["gateway", "upstream"]
