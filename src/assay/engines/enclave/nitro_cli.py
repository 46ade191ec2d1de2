"""What AWS's own tool says an enclave image file will measure.

``nitro-cli build-enclave`` and ``nitro-cli describe-eif`` print it as JSON (AWS Nitro Enclaves user guide, "Where to
get an enclave's measurements").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson

from assay.errors import FormatError

_REGISTER = re.compile(r"PCR[0-9]{1,2}")
_SHA384 = re.compile(r"[0-9a-f]{96}")


def read_measurements(output: bytes) -> Mapping[str, str]:
    """``PCR0`` to ``PCR2``, and ``PCR8`` of a signed image, from the tool's output. Raises `FormatError`."""
    try:
        measurements = orjson.loads(output)["Measurements"]
        registers = {name: value for name, value in measurements.items() if _REGISTER.fullmatch(name)}
        exact = all(map(_SHA384.fullmatch, registers.values()))
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        raise FormatError("This is not what nitro-cli prints of an enclave image.") from None
    if not exact or not {"PCR0", "PCR1", "PCR2"} <= registers.keys():
        raise FormatError("nitro-cli's measurements are three registers of SHA-384 at least.")
    return registers
