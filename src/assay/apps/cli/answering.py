"""One call from the terminal: shown as it verifies, then completed, kept, and judged once more from what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assay.apps.client.answer import AnswerStream
from assay.apps.client.backing import ProofPending
from assay.apps.client.client import Client
from assay.apps.client.paying.remaining import Remaining
from assay.apps.client.store import ReceiptStore
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Verdict

_PROOF_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and what is kept of the call."""

    text: str
    receipt_id: str
    statement: Statement
    bundle: Bundle
    verdict: Verdict
    """What `assay verify` says of the kept bundle."""
    remaining: Remaining | None
    """What the call has left of the budget, if one has paid."""


class Asker:
    """Asks one gateway under one policy."""

    def __init__(self, client: Client, store: ReceiptStore, policy: Policy) -> None:
        self._client = client
        self._store = store
        self._policy = policy

    def ask(self, show: Callable[[str], object], parameters: Mapping[str, Any]) -> Told:
        """Ask for a stream and ``show`` its text piece by piece. Raises what `Client` does."""
        stream = self._client.chat.completions.create(stream=True, **parameters)
        assert isinstance(stream, AnswerStream)
        pieces = []
        for piece in stream.text:
            show(piece)
            pieces.append(piece)
        bundle = stream.bundle()
        # The receipt is good without its log proof, and `assay receipts export` asks for it again.
        with suppress(ProofPending):
            bundle = stream.bundle(complete=True, timeout=_PROOF_SECONDS)
        return Told(
            text="".join(pieces),
            receipt_id=self._store.save(bundle),
            statement=stream.receipt.statement,
            bundle=bundle,
            verdict=verify(bundle, self._policy, datetime.now(UTC)),
            remaining=self._client.budget(),
        )
