"""Policies in Rego, the one policy language, behind one interface.

A policy is text that people read and programs decide by. Whoever decides names the policy by its digest, so that
another can decide the same again.
"""

from __future__ import annotations

from assay.trust.policy.engine import LoadedPolicy, PolicyEngine
from assay.trust.policy.errors import PolicyError, PolicyFailed, PolicyInvalid
from assay.trust.policy.regorus import RegorusEngine

__all__ = ["LoadedPolicy", "PolicyEngine", "PolicyError", "PolicyFailed", "PolicyInvalid", "RegorusEngine"]
