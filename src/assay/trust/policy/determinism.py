"""A policy decides by what it is given, and so the same way for everybody who asks, today and in ten years."""

from __future__ import annotations

from typing import Any, Final

from assay.trust.policy.syntax import references

_CLOCK = {
    "crypto.x509.parse_and_verify_certificates",
    "crypto.x509.parse_and_verify_certificates_with_options",
    "io.jwt.decode_verify",
    "time.now_ns",
}
_ZONE = {"time.clock", "time.date", "time.diff", "time.format", "time.weekday"}
"""These know the host's own zone by the name ``Local``, and the others' by tables that governments change."""
_NETWORK = {"http.send", "net.lookup_ip_addr"}
_HOST = {"opa.runtime"}
_CHANCE = {"io.jwt.encode_sign", "io.jwt.encode_sign_raw", "rand.intn", "uuid.rfc4122"}
_VOICE = {"print", "trace"}
"""These speak past the decision."""

FORBIDDEN: Final = frozenset(_CLOCK | _ZONE | _NETWORK | _HOST | _CHANCE | _VOICE)
"""Built-ins of Rego's that read more than their arguments, whether or not an engine has them."""


def forbidden_builtins(tree: Any) -> frozenset[str]:
    """Which of `FORBIDDEN` a syntax tree refers to."""
    return FORBIDDEN.intersection(references(tree))
