"""A part of a whole, as a short bar."""

from __future__ import annotations

_WIDTH = 10


def draw(part: int, whole: int) -> str:
    """``██████░░░░``: full only for all of it, and empty only for nothing."""
    full = 0 if part <= 0 else min(max(part * _WIDTH // max(whole, 1), 1), _WIDTH)
    return "█" * full + "░" * (_WIDTH - full)
