"""Everything the gateway serves beside inference: models, prices, receipts, evidence, health, metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import orjson

from assay.engines.asgi import JSON, TEXT, Receive, Scope, Send, respond, respond_json
from assay.engines.inference.catalogue import Catalogue
from assay.engines.tlog.log import Log
from assay.errors import AssayError
from assay.services.gateway import log_files, model_pages, price_pages
from assay.services.gateway.attestor import Attestor
from assay.services.gateway.log_files import LogFiles
from assay.services.gateway.metrics import CONTENT_TYPE, Metrics
from assay.services.gateway.model_pages import ModelPages
from assay.services.gateway.notary import Notary
from assay.services.gateway.price_pages import PricePages
from assay.services.gateway.store import ReceiptIndex
from assay.trust.envelope import Envelope
from assay.trust.evidence import TrustAnchor
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.settlement import (
    FindSettlement,
    SettlementOff,
    SettlementPending,
    SettlementProof,
)
from assay.trust.receipts.statement import Statement, receipt_id

Page = Callable[[Scope, Send], Awaitable[None]]
"""Answers a GET."""


class ReceiptNotFound(AssayError):
    """This node has issued no such receipt."""

    code = "receipt_not_found"
    hint = "ask with a receipt id (header `Assay-Receipt`) or the provider's response id"


class ProofPending(AssayError):
    """The receipt is in the log's journal; the next checkpoint will cover it."""

    code = "proof_pending"
    hint = "ask again in a second"


class EvidenceNotFound(AssayError):
    """This node has issued no such evidence."""

    code = "evidence_not_found"


class PageNotFound(AssayError):
    """Nothing is served at this path."""

    code = "route_not_found"
    hint = "endpoints: /v1/chat/completions, /v1/responses, /v1/messages, /v1/embeddings, /v1/models, /v1/receipts/ID"


class NonceMalformed(AssayError):
    """The nonce is not hexadecimal, or too long."""

    code = "nonce_malformed"
    hint = "send 1 to 64 bytes as hex: /attestation?nonce=0123abcd"


def no_settlement(receipt: str) -> SettlementProof:
    """Of a node without a chain. Raises `SettlementOff`."""
    raise SettlementOff("This node brings its receipts to no chain.")


class Pages:
    """The small, cold endpoints."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        prices: PricePages,
        log: Log,
        index: ReceiptIndex,
        attestor: Attestor,
        notary: Notary,
        metrics: Metrics,
        trust: Policy,
        root: TrustAnchor,
        readiness: Callable[[], Mapping[str, str]],
        version: str,
        more: Mapping[str, Page] = MappingProxyType({}),
        settlement: FindSettlement = no_settlement,
    ) -> None:
        """``trust`` is the policy under which this node's receipts verify, for whoever chooses to believe it;
        ``root`` what its evidence ends in.

        ``readiness`` says of each provider, by name, whether it is ``starting``, ``ready`` or ``failed``. ``more`` are
        the pages of dialects that not every node speaks; ``settlement`` finds where a chain has a receipt.
        """
        self._models = ModelPages(catalogue)
        self._prices = prices
        self._log_files = LogFiles(log.directory)
        self._log = log
        self._index = index
        self._attestor = attestor
        self._notary = notary
        self._metrics = metrics
        self._trust = trust
        self._root = root
        self._readiness = readiness
        self._version = version
        self._more = more
        self._settlement = settlement

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            raise PageNotFound(f"Nothing answers {scope['method']} {path}.")
        page = self._fixed().get(path)
        if page is not None:
            await page(scope, send)
        elif path == model_pages.PATH or path.startswith(f"{model_pages.PATH}/"):
            await self._models.serve(scope, send)
        elif path == price_pages.PATH:
            await self._prices.current(send)
        elif path.startswith(price_pages.PREFIX):
            await self._prices.kept(path.removeprefix(price_pages.PREFIX), send)
        elif path.startswith(log_files.PREFIX):
            await self._log_files.serve(path.removeprefix(log_files.PREFIX), send)
        elif path.startswith("/v1/receipts/"):
            await self._receipt(path.removeprefix("/v1/receipts/"), send)
        elif path.startswith("/evidence/"):
            await self._evidence(path.removeprefix("/evidence/"), send)
        else:
            raise PageNotFound(f"Nothing is served at {path}.")

    def _fixed(self) -> dict[str, Page]:
        return {
            "/health": self._health,
            "/metrics": self._exposition,
            "/attestation": self._attestation,
            "/.well-known/assay.json": self._policy,
            **self._more,
        }

    async def _health(self, scope: Scope, send: Send) -> None:
        """200 and ``ok``, or 503 and ``degraded`` with the code with which calls are refused meanwhile."""
        failure = self._notary.failure()
        health = {
            "status": "ok" if failure is None else "degraded",
            "reason": None if failure is None else failure.code,
            "version": self._version,
            "log": {"size": self._log.size, "integrated": self._log.integrated},
            "enclave": {"family": self._root.family, "kind": self._root.kind.value},
            "providers": dict(self._readiness()),
        }
        await respond_json(send, 200 if failure is None else 503, health)

    async def _exposition(self, scope: Scope, send: Send) -> None:
        await respond(send, 200, self._metrics.exposition(), (b"content-type", CONTENT_TYPE.encode()))

    async def _policy(self, scope: Scope, send: Send) -> None:
        await respond_json(send, 200, self._trust.to_json())

    async def _attestation(self, scope: Scope, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        nonce = _nonce(query.get("nonce", [""])[0])
        await respond(send, 200, self._attestor.answer(nonce), JSON)

    async def _evidence(self, sha256: str, send: Send) -> None:
        document = self._attestor.document(sha256)
        if document is None:
            raise EvidenceNotFound("This node has issued no evidence with this digest.")
        await respond(send, 200, document, JSON, (b"cache-control", b"public, max-age=31536000, immutable"))

    async def _receipt(self, rest: str, send: Send) -> None:
        name, _, part = rest.partition("/")
        index = self._index.find(name)
        if index is None or part not in ("", "proof", "settlement", "bundle"):
            raise ReceiptNotFound("There is no such receipt in this node's log.")
        receipt, proof = self._log.entry(index), self._log.prove(index)
        if part == "bundle":
            headers = (b"content-type", b"application/zip"), _attachment(receipt)
            await respond(send, 200, self._bundle(receipt, proof).to_bytes(), *headers)
        elif part == "proof":
            if proof is None:
                raise ProofPending("The log has not integrated this receipt yet.")
            await respond(send, 200, proof, TEXT)
        elif part == "settlement":
            await respond(send, 200, self._settlement(_id(receipt)).to_bytes(), JSON)
        else:
            await respond(send, 200, orjson.dumps(_summary(receipt, index, proof)), JSON)

    def _bundle(self, receipt: bytes, proof: bytes | None) -> Bundle:
        statement = Statement.from_bytes(Envelope.from_bytes(receipt).payload)
        documents = {claim.sha256: self._attestor.document(claim.sha256) for claim in statement.evidence}
        evidence = {digest: document for digest, document in documents.items() if document is not None}
        bundle = Bundle(receipt=receipt, proof=proof, evidence=evidence)
        with suppress(SettlementPending, SettlementOff):
            return bundle.with_settlement(self._settlement(_id(receipt)).to_bytes())
        return bundle


def _summary(receipt: bytes, index: int, proof: bytes | None) -> dict[str, Any]:
    envelope = Envelope.from_bytes(receipt)
    return {
        "id": receipt_id(envelope.payload),
        "log": {"index": index, "status": "pending" if proof is None else "logged"},
        "receipt": envelope.to_json(),
        "statement": orjson.loads(envelope.payload),
    }


def _attachment(receipt: bytes) -> tuple[bytes, bytes]:
    return b"content-disposition", f'attachment; filename="{_id(receipt)[:16]}.assay"'.encode()


def _id(receipt: bytes) -> str:
    return receipt_id(Envelope.from_bytes(receipt).payload)


def _nonce(text: str) -> bytes:
    try:
        nonce = bytes.fromhex(text)
    except ValueError:
        raise NonceMalformed("The nonce is not hexadecimal.") from None
    if len(nonce) > 64:
        raise NonceMalformed("The nonce is longer than 64 bytes.")
    return nonce
