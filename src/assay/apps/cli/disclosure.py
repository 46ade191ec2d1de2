"""Which part of a kept bundle is shown to others: nothing of the content, or chosen members of the request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import orjson

from assay.errors import AssayError
from assay.trust.canonical import canonicalize
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening
from assay.trust.receipts.content import field_label


class NothingToDisclose(AssayError):
    """The kept bundle does not hold what should be disclosed."""

    code = "nothing_to_disclose"
    hint = "top-level members of the request can be disclosed, such as model or temperature"


def without_content(bundle: Bundle) -> Bundle:
    """The receipt and what backs it; neither question nor answer, nor a salt by which a guess could be tried."""
    return replace(bundle, request=None, answer=None, opening=None)


def disclosing(bundle: Bundle, members: Iterable[str]) -> Bundle:
    """`without_content`, but for these top-level members of the request. Raises `NothingToDisclose`."""
    values = {field_label(member): canonicalize(_member(bundle, member)) for member in members}
    salts = {} if bundle.opening is None else bundle.opening.salts
    if missing := values.keys() - salts.keys():
        raise NothingToDisclose(f"The bundle cannot open {min(missing)}.")
    return replace(
        without_content(bundle), opening=Opening({label: salts[label] for label in values}, values)
    )


def _member(bundle: Bundle, name: str) -> object:
    try:
        return orjson.loads(bundle.request or b"")[name]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise NothingToDisclose(f"The kept request has no member {name!r}.") from None
