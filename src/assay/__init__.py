"""Assay: AI calls that anyone can check. Every answer comes with a receipt that verifies offline.

>>> import assay
>>> answer = assay.Client().chat.completions.create(model="...", messages=[...])
>>> answer.text, answer.verdict.level, answer.receipt.id

The names below are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.apps.client.client import AsyncClient, Client
    from assay.apps.client.gateway_error import GatewayError
    from assay.apps.client.introduction import published_policy
    from assay.apps.client.refused import AnswerRefused
    from assay.apps.client.sdk import anthropic, async_anthropic, async_openai, openai
    from assay.apps.client.store import ReceiptStore
    from assay.apps.client.verified import Receipt, Verified
    from assay.errors import AssayError, ConfigError, VerificationError
    from assay.trust.receipts.bundle import Bundle
    from assay.trust.receipts.policy import Policy
    from assay.trust.receipts.verify import verify, verify_file
    from assay.trust.verdict import Check, Level, Verdict

_HOMES = {
    "AnswerRefused": "assay.apps.client.refused",
    "AssayError": "assay.errors",
    "AsyncClient": "assay.apps.client.client",
    "Bundle": "assay.trust.receipts.bundle",
    "Check": "assay.trust.verdict",
    "Client": "assay.apps.client.client",
    "ConfigError": "assay.errors",
    "GatewayError": "assay.apps.client.gateway_error",
    "Level": "assay.trust.verdict",
    "Policy": "assay.trust.receipts.policy",
    "Receipt": "assay.apps.client.verified",
    "ReceiptStore": "assay.apps.client.store",
    "Verdict": "assay.trust.verdict",
    "VerificationError": "assay.errors",
    "Verified": "assay.apps.client.verified",
    "anthropic": "assay.apps.client.sdk",
    "async_anthropic": "assay.apps.client.sdk",
    "async_openai": "assay.apps.client.sdk",
    "openai": "assay.apps.client.sdk",
    "published_policy": "assay.apps.client.introduction",
    "verify": "assay.trust.receipts.verify",
    "verify_file": "assay.trust.receipts.verify",
}

__all__ = [
    "AnswerRefused",
    "AssayError",
    "AsyncClient",
    "Bundle",
    "Check",
    "Client",
    "ConfigError",
    "GatewayError",
    "Level",
    "Policy",
    "Receipt",
    "ReceiptStore",
    "Verdict",
    "VerificationError",
    "Verified",
    "anthropic",
    "async_anthropic",
    "async_openai",
    "openai",
    "published_policy",
    "verify",
    "verify_file",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
