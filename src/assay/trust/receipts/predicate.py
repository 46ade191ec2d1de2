"""The parts of a statement's predicate, each a frozen value that writes its own JSON.

Defined in docs/spec/receipt.md. Money is micro-USD (10^-6 USD), prices are micro-USD per million tokens (or per
image), digests are lower-case hex.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from assay.trust.receipts.commitment import ALGORITHM

STREAM_ALGORITHM = "merkle-salted-sha256"
"""Names the digest of a streamed answer: the root of `assay.trust.receipts.stream.StreamWitness`."""


MODES = {"vanilla": 0, "zkml": 1, "tee": 2, "replay": 3}
"""How a claim is meant to be checked, with the number that stands for it on the chain."""

MICRO_USD = "micro-usd"
"""The asset of whoever pays in dollars: millionths of one."""

DETERMINISM = frozenset({"exact", "none"})
SOURCES = frozenset({"provider", "node"})

_MILLION = 1_000_000


class Outcome(StrEnum):
    """How the answer ended. Only ``completed`` says that the model had its last word."""

    COMPLETED = "completed"
    PROVIDER_BROKE = "provider_broke"
    CLIENT_LEFT = "client_left"
    BUDGET_SPENT = "budget_spent"
    NODE_STOPPED = "node_stopped"


@dataclass(frozen=True, slots=True)
class AttachmentClaim:
    """An image, sound or file inside a request or answer. ``inline`` false: only the reference is covered."""

    pointer: str
    commitment: str
    inline: bool

    def to_json(self) -> dict[str, Any]:
        return {"commitment": self.commitment, "inline": self.inline, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class RequestClaim:
    """Commitments to the exact bytes asked, to each top-level member of them, and to each attachment."""

    body: str
    fields: Mapping[str, str]
    attachments: tuple[AttachmentClaim, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "attachments": [attachment.to_json() for attachment in self.attachments],
            "body": self.body,
            "fields": dict(self.fields),
        }


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """Commitment to the answer: its bytes, or the Merkle root over the chunks of a stream."""

    digest: str
    outcome: Outcome
    stream: str = ""
    """The stream's id, as in its heads; empty for a whole body."""
    chunks: int = 0
    attachments: tuple[AttachmentClaim, ...] = ()

    @property
    def algorithm(self) -> str:
        return STREAM_ALGORITHM if self.stream else ALGORITHM

    def to_json(self) -> dict[str, Any]:
        return {
            "attachments": [attachment.to_json() for attachment in self.attachments],
            "chunks": self.chunks,
            "outcome": self.outcome.value,
            "stream": self.stream,
        }


@dataclass(frozen=True, slots=True)
class ModelClaim:
    """Which model was asked for, and which one answered where, in the provider's own words."""

    requested: str
    served: str
    provider: str
    response_id: str

    def to_json(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "requested": self.requested,
            "response_id": self.response_id,
            "served": self.served,
        }


@dataclass(frozen=True, slots=True)
class AttemptClaim:
    """One try at a provider: ``result`` is ``answered`` or the code of what went wrong."""

    provider: str
    model: str
    result: str

    def to_json(self) -> dict[str, Any]:
        return {"model": self.model, "provider": self.provider, "result": self.result}


@dataclass(frozen=True, slots=True)
class UpstreamClaim:
    """What passed between node and provider: every try in order, and the exact bytes of the one that answered."""

    attempts: tuple[AttemptClaim, ...]
    operation: str
    """The dialect operation spoken to the provider; another one than the caller's means translated."""
    sent: str
    """Commitment to the request bytes sent upstream."""

    def to_json(self) -> dict[str, Any]:
        return {
            "attempts": [attempt.to_json() for attempt in self.attempts],
            "operation": self.operation,
            "sent": self.sent,
        }


@dataclass(frozen=True, slots=True)
class EngineClaim:
    """What must be equal for a repeat to give equal bytes. ``determinism``: ``exact`` or ``none``."""

    name: str
    build: str
    determinism: str
    settings: str
    """SHA-256 of the canonical JSON of all further settings."""

    def to_json(self) -> dict[str, Any]:
        return {
            "build": self.build,
            "determinism": self.determinism,
            "name": self.name,
            "settings": self.settings,
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """Units consumed. ``source``: ``provider`` reported them, or the ``node`` counted chunks itself."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    images: int = 0
    source: str = "provider"

    def to_json(self) -> dict[str, Any]:
        return {
            "cached_input_tokens": self.cached_input_tokens,
            "images": self.images,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-USD per million tokens; per single image for ``image``."""

    input: int = 0
    output: int = 0
    cached_input: int = 0
    image: int = 0

    def cost(self, usage: Usage) -> int:
        """Micro-USD for ``usage``, rounded up to the next whole one."""
        return -(-self._millionths(usage) // _MILLION)

    def output_within(self, maximum: int, usage: Usage) -> int:
        """The most output tokens that, with the rest of ``usage``, cost no more than ``maximum`` micro-USD.

        Negative where that rest alone costs more; without end (`sys.maxsize`) where output is free.
        """
        left = maximum * _MILLION - self._millionths(replace(usage, output_tokens=0))
        if self.output == 0:
            return sys.maxsize if left >= 0 else -1
        return left // self.output

    def _millionths(self, usage: Usage) -> int:
        """The exact cost, in millionths of a micro-USD."""
        return (
            (usage.input_tokens - usage.cached_input_tokens) * self.input
            + usage.cached_input_tokens * self.cached_input
            + usage.output_tokens * self.output
            + usage.images * self.image * _MILLION
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "cached_input": self.cached_input,
            "image": self.image,
            "input": self.input,
            "output": self.output,
        }


@dataclass(frozen=True, slots=True)
class PaymentClaim:
    """The rail that paid, under which reference, and how much of what."""

    rail: str
    reference: str
    """Of an account, sealed so that only the payee can read it; of a payment on a chain, its key in hex."""
    asset: str
    """`MICRO_USD`, or a token by its CAIP-19 name: ``eip155:31337/erc20:0x…``."""
    amount: int
    """What was charged, in the asset's smallest units."""
    capped: bool = False
    """Whether the call came to more than was reserved for it; what was beyond is not charged."""

    def to_json(self) -> dict[str, Any]:
        return {
            "amount": str(self.amount),
            "asset": self.asset,
            "capped": self.capped,
            "rail": self.rail,
            "reference": self.reference,
        }


@dataclass(frozen=True, slots=True)
class EvidenceClaim:
    """A document that backs the claim, by type and SHA-256 of its bytes."""

    type: str
    sha256: str

    def to_json(self) -> dict[str, Any]:
        return {"digest": {"sha256": self.sha256}, "type": self.type}
