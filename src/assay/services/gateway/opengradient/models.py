"""OpenGradient's names for models.

Their clients drop the provider before the slash, which leaves the names that the makers of the models use, as here. One
of them sends a Python enum's name in place of its value, ``TEE_LLM.GPT_4_1_MINI`` for ``gpt-4.1-mini``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PREFIX: Final = "TEE_LLM."
_SEPARATORS: Final = re.compile(r"[^0-9A-Za-z]+")


_SHORTER: Final = {"gemini-3-flash-preview": "GEMINI_3_FLASH"}
"""Where their enum does not say all of a model's name."""


def alias(model: str) -> str:
    """What their Python enum calls a model of this id."""
    return _PREFIX + (_SHORTER.get(model) or _SEPARATORS.sub("_", model).upper())


def aliases(models: Iterable[str]) -> dict[str, str]:
    """Ids of models, by what their Python enum calls them."""
    return {alias(model): model for model in models}
