"""Why a key's word does not count."""

from __future__ import annotations

from assay.errors import AssayError


class KeyNotCertified(AssayError):
    """No node stands behind this key at the time in question."""

    code = "key_not_certified"
    hint = "the receipt, or its certificate, was changed; or the node's clock is wrong"
