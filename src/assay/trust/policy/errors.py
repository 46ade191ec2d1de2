"""Why a policy could not be used."""

from __future__ import annotations

from assay.errors import AssayError


class PolicyError(AssayError):
    """A policy gave no decision. Whoever asked decides against."""

    code = "policy_error"


class PolicyInvalid(PolicyError):
    """The text is no policy, or one that would not decide the same way twice."""

    code = "policy_invalid"
    hint = "policies are Rego v1; they end, and read neither clocks, nor zones, nor networks, nor chance"


class PolicyFailed(PolicyError):
    """The policy broke off over this input, or says nothing under the name it was asked by."""

    code = "policy_failed"
    hint = "amounts beyond 2^53 go into a policy as decimal strings; a rule that may be undefined needs a default"
