"""What a gateway may ask for."""

from __future__ import annotations

import base64
from typing import Any

import orjson

from assay.engines.chain.account import Account
from assay.services.payments.x402.terms import Terms

TERMS = Terms(31337, *(Account(bytes([seed]) * 32).address for seed in (1, 2, 3)))
PRICE = 3 * 10**17


def accepts(scheme: str, method: str, **extra: str) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "network": TERMS.network,
        "asset": TERMS.token,
        "amount": str(PRICE),
        "payTo": TERMS.payee,
        "maxTimeoutSeconds": 3600,
        "extra": {"name": "OPG", "version": "1", "assetTransferMethod": method, **extra},
    }


UPTO = accepts("upto", "permit2", facilitatorAddress=TERMS.facilitator)
BY_PERMIT2 = accepts("exact", "permit2")
BY_EIP3009 = accepts("exact", "eip3009")


def required(*ways: Any, **members: Any) -> dict[str, Any]:
    resource = {"url": "http://elsewhere/v1/chat/completions"}
    return {"x402Version": 2, "error": "", "resource": resource, "accepts": list(ways), **members}


def header(value: Any) -> str:
    return base64.b64encode(orjson.dumps(value)).decode()
