"""What backs a gateway's word: evidence by digest, log proofs, and the key that it attests to.

Everything here is fetched from the gateway and believed only as far as the verifier does; what cannot be had is left
out, and the verdict is the lower for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from assay.apps.client.exchange import Exchange, Received
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.steps import Fetch, Pause, Steps
from assay.apps.client.verified import Verified
from assay.errors import AssayError
from assay.trust.envelope import Envelope
from assay.trust.evidence import EvidenceError
from assay.trust.evidence.collection import Collection
from assay.trust.evidence.examination import examine
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.keys.errors import KeyNotCertified
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.settlement import Leaf, SettlementProof
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Level

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
PROOF_TIMEOUT_S = 30.0
KEPT = 16
"""Evidence files in memory: a node names the same one in every receipt of an hour."""
ACCEPTED_FOR = timedelta(hours=1)
REFUSED_FOR = timedelta(minutes=1)
"""How long the answer to which key signs now is taken for true."""


class ProofPending(AssayError):
    """The receipt is in the log's journal, and no checkpoint covers it yet."""

    code = "proof_pending"
    hint = "ask again in a second; `assay receipts export` does too"


class Backing:
    """One gateway's backing under one policy. Documents are kept: they are named by what they contain."""

    def __init__(self, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._policy = policy
        self._judge = policy.judge()
        self._clock = clock
        self._documents: dict[str, bytes] = {}
        self._head_keys: frozenset[str] | None = None
        self._ask_again = clock()

    def conclude(self, exchange: Exchange, received: Received) -> Steps[Verified]:
        """Gather what the policy wants to see, then judge. Raises `AnswerRefused`."""
        evidence = yield from self.evidence(received.statement)
        proof = None
        if self._policy.require_inclusion:
            proof = yield from self.proof(receipt_id(received.delivery.receipt.payload), PROOF_TIMEOUT_S)
        verified = exchange.conclude(received, evidence, proof, self._clock(), self._judge)
        if self._head_keys and received.statement.key.key not in self._head_keys:
            self._head_keys = None  # the node has started anew since they were asked for
        return verified

    def complete(self, bundle: Bundle, timeout: float) -> Steps[Bundle]:
        """``bundle`` with its log proof, and with a chain's if there is one already.

        Raises `ProofPending` after ``timeout`` seconds, `AnswerRefused` for a log proof that does not verify, and
        `FormatError` for a chain's that is not for this receipt.
        """
        if bundle.proof is None:
            proof = yield from self.proof(receipt_id(Envelope.from_bytes(bundle.receipt).payload), timeout)
            if proof is None:
                raise ProofPending(f"The log has not integrated this receipt within {timeout:g} seconds.")
            bundle = bundle.with_proof(proof)
            verdict = verify(bundle, self._policy, self._clock(), self._judge)
            if verdict.failures:
                raise AnswerRefused(verdict)
        if bundle.settlement is None:
            settlement = yield from self.settlement(bundle)
            bundle = replace(bundle, settlement=settlement)
        return bundle

    def settlement(self, bundle: Bundle) -> Steps[bytes | None]:
        """The proof that a chain has the receipt, if the gateway has one. Raises `FormatError` if it proves nothing."""
        payload = Envelope.from_bytes(bundle.receipt).payload
        receipt = receipt_id(payload)
        settlement = yield Fetch(f"/v1/receipts/{receipt}/settlement")
        if settlement is not None:
            SettlementProof.from_bytes(settlement).check(Leaf.of(receipt, Statement.from_bytes(payload)))
        return settlement

    def evidence(self, statement: Statement) -> Steps[dict[str, bytes]]:
        """The documents that ``statement`` names, by SHA-256, as far as the gateway serves them."""
        for claim in statement.evidence:
            if claim.sha256 not in self._documents:
                document = yield Fetch(f"/evidence/{claim.sha256}")
                if document is not None:
                    self._keep(claim.sha256, document)
        named = [claim.sha256 for claim in statement.evidence]
        return {digest: self._documents[digest] for digest in named if digest in self._documents}

    def _keep(self, sha256: str, document: bytes) -> None:
        self._documents[sha256] = document
        if len(self._documents) > KEPT:
            del self._documents[next(iter(self._documents))]

    def proof(self, receipt: str, timeout: float) -> Steps[bytes | None]:
        """The log proof of a receipt id, asked for again until it is there; None after ``timeout`` seconds."""
        waited, pause = 0.0, FIRST_PAUSE_S
        while True:
            proof = yield Fetch(f"/v1/receipts/{receipt}/proof")
            if proof is not None or waited >= timeout:
                return proof
            yield Pause(pause)
            waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE_S)

    def head_keys(self) -> Steps[frozenset[str]]:
        """Keys whose heads may release text before the receipt is there: those that meet the floor alone."""
        now = self._clock()
        if self._head_keys is None or now > self._ask_again:
            key = yield from self._current_key()
            self._head_keys = frozenset() if key is None else frozenset({key})
            self._ask_again = now + (REFUSED_FOR if key is None else ACCEPTED_FOR)
        return self._head_keys

    def _current_key(self) -> Steps[str | None]:
        """The key by which the gateway signs now, if a pinned node or fresh evidence vouches for it well enough."""
        nonce = os.urandom(32)
        file = (yield Fetch(f"/attestation?nonce={nonce.hex()}")) or b""
        try:
            collection = Collection.from_bytes(file)
        except EvidenceError:
            return None
        key = collection.key.hex()
        # What it signs from now on is in no log yet, so no receipt will save it.
        if any(key == revocation.key for revocation in self._policy.revocations):
            return None
        if self._is_pinned(collection.certificate, key) and Level.SIGNED.meets(self._policy.floor):
            return key
        examined = examine(self._judge, file, self._clock(), nonce=nonce)
        judgement = examined.judgement
        if judgement is None or not (judgement.known_code or judgement.simulated):
            return None
        return key if examined.verdict.level.meets(self._policy.floor) else None

    def _is_pinned(self, certificate: KeyCertificate | None, key: str) -> bool:
        """Whether a node that the policy pins vouches for ``key``."""
        if certificate is None or certificate.key != key or certificate.node not in self._policy.nodes:
            return False
        try:
            certificate.check(self._clock())
        except KeyNotCertified:
            return False
        return True
