"""Registers as they are typed, of enclaves whose images other tools measure: ``snp:MEASUREMENT=HEX``."""

from __future__ import annotations

import re
from collections import defaultdict

import click

from assay.trust.evidence.anchors import AnchorKind
from assay.trust.evidence.families import FAMILIES
from assay.trust.evidence.reference import ReferenceValue

_FORM = re.compile(r"([a-z]+):(\w+)=((?:[0-9a-f]{2})+)")


def read_registers(
    context: click.Context, parameter: click.Parameter, typed: tuple[str, ...]
) -> tuple[ReferenceValue, ...]:
    """One reference value a family: what its hardware shows when it runs the image. A click callback."""
    families: dict[str, dict[str, str]] = defaultdict(dict)
    for text in typed:
        found = _FORM.fullmatch(text)
        if found is None or found[1] not in FAMILIES:
            raise click.BadParameter(f"not FAMILY:REGISTER=hex, with a family of {', '.join(FAMILIES)}")
        family, register, value = found.groups()
        families[family][register] = value
    return tuple(ReferenceValue(family, AnchorKind.PRODUCTION, shown) for family, shown in families.items())
