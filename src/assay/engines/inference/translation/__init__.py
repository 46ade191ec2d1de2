"""Translation between wire dialects, for a client and a provider that do not speak the same one.

A pair that does is never translated: its bytes pass untouched.
"""

from __future__ import annotations

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter
from assay.engines.inference.translation.translation import StreamTranslation, Translation

__all__ = ["InvalidParameter", "StreamTranslation", "Translation", "UnsupportedParameter", "find"]


def find(client: Operation, provider: Operation) -> Translation | None:
    """The translation that carries ``client`` requests to a provider of ``provider``, or None."""
    return None
