"""The receipt's twin for the chain: the same claim as EIP-712 typed data.

Only settlement needs it. Both twins carry the receipt id, so neither can be shown without the other being found. The
value is the JSON that every wallet's ``eth_signTypedData_v4`` takes; hashing and signing are left to one.
"""

from __future__ import annotations

import hashlib
from typing import Any

from assay.trust.canonical import canonicalize
from assay.trust.receipts.predicate import MODES
from assay.trust.receipts.statement import Statement, receipt_id

_TYPES = {
    "EIP712Domain": [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "Receipt": [
        {"name": "receiptId", "type": "bytes32"},
        {"name": "modelDigest", "type": "bytes32"},
        {"name": "requestCommit", "type": "bytes32"},
        {"name": "outputCommit", "type": "bytes32"},
        {"name": "evidenceDigest", "type": "bytes32"},
        {"name": "mode", "type": "uint8"},
        {"name": "nonce", "type": "bytes32"},
        {"name": "issuedAt", "type": "uint64"},
        {"name": "node", "type": "bytes32"},
    ],
}


def typed_data(statement: Statement, *, chain_id: int, contract: str) -> dict[str, Any]:
    """EIP-712 typed data for a statement, to be settled by ``contract`` on ``chain_id``.

    Digests of JSON parts are SHA-256 of their canonical bytes; ``nonce`` is SHA-256 of the caller's nonce in UTF-8;
    ``issuedAt`` is in whole seconds of Unix time.
    """
    return {
        "types": _TYPES,
        "primaryType": "Receipt",
        "domain": {"name": "Assay", "version": "1", "chainId": chain_id, "verifyingContract": contract},
        "message": {
            "receiptId": "0x" + receipt_id(statement.to_bytes()),
            "modelDigest": _digest(statement.model.to_json()),
            "requestCommit": "0x" + statement.request.body,
            "outputCommit": "0x" + statement.answer.digest,
            "evidenceDigest": _digest([claim.to_json() for claim in statement.evidence]),
            "mode": MODES[statement.mode],
            "nonce": "0x" + hashlib.sha256(statement.nonce.encode()).hexdigest(),
            "issuedAt": int(statement.issued_at.timestamp()),
            "node": "0x" + statement.node,
        },
    }


def _digest(value: Any) -> str:
    return "0x" + hashlib.sha256(canonicalize(value)).hexdigest()
