"""The sign at the beginning of a line, coloured where the terminal can."""

from __future__ import annotations

from enum import Enum

import click


class Mark(Enum):
    GOOD = ("✓", "green")
    BAD = ("✗", "red")
    DOUBTFUL = ("!", "yellow")
    NONE = ("–", "bright_black")

    def __str__(self) -> str:
        sign, colour = self.value
        return click.style(sign, fg=colour)
