"""Anthropic models: ``GET /v1/models``."""

from __future__ import annotations

from tests.upstreams.ask import JSON

MODELS = ("claude-opus-5-5", "claude-haiku-4-5")


def model(name: str) -> JSON:
    return {
        "type": "model",
        "id": name,
        "display_name": name.replace("-", " ").title(),
        "created_at": "2026-11-01T00:00:00Z",
        "lifecycle": "active",
    }


def models() -> JSON:
    return {
        "data": [model(name) for name in MODELS],
        "first_id": MODELS[0],
        "last_id": MODELS[-1],
        "has_more": False,
    }
