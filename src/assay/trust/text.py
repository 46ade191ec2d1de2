"""The one way in which signed things write text for people."""

from __future__ import annotations

import re
from typing import Any

from assay.errors import FormatError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Unicode's general category Cc, which never changes."""


def is_showable(text: str) -> bool:
    """Whether ``text`` holds no control characters, which a terminal would take for orders."""
    return _CONTROL.search(text) is None


def read_text(value: Any) -> str:
    """``value``, if it is text without control characters. Raises `FormatError`."""
    if not isinstance(value, str) or not is_showable(value):
        raise FormatError("This is not text, or it holds control characters.")
    return value
