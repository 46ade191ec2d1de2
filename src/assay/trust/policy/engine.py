"""What anybody who decides by policy asks of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class LoadedPolicy(Protocol):
    """Modules that have been read and found sound."""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of ``{"data": ..., "modules": {name: text}}``; lower-case hex."""

    def evaluate(self, rule: str, document: Mapping[str, Any]) -> Any:
        """The value of ``rule``, such as ``data.assay.appraisal.reject``, with ``document`` as its input.

        Sets come as lists. Raises `PolicyFailed`: no value is no decision.
        """


class PolicyEngine(Protocol):
    """Reads Rego."""

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> LoadedPolicy:
        """Read ``modules``, name to text, with ``data`` beside them. Raises `PolicyInvalid`."""
