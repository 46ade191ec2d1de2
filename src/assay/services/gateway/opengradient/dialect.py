"""What a node does that speaks OpenGradient's dialect: which calls ask for it, and what their answers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from assay.engines.asgi import Scope, Send, respond_json
from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import GuardedStream, StreamTranslation
from assay.errors import AssayError
from assay.services.gateway.asked import Asked
from assay.services.gateway.opengradient.canonical import output_text, request_bytes
from assay.services.gateway.opengradient.models import aliases
from assay.services.gateway.opengradient.signed_stream import SignedStream
from assay.services.gateway.opengradient.tee_key import TeeKey
from assay.services.gateway.pages import Page
from assay.trust.receipts.predicate import Usage
from assay.trust.receipts.rate import Rate

SETTLEMENT_HEADER: Final = "x-settlement-type"
"""The header that OpenGradient's clients always send: how they want a call to be settled."""
_SETTLEMENTS: Final = ("batch", "private")
_OPERATIONS: Final = (Operation.CHAT, Operation.COMPLETIONS)
_MICRO: Final = 10**6


class SettlementUnsupported(AssayError):
    """The call is to be settled in a way that this node does not settle."""

    code = "settlement_unsupported"
    hint = "send `batch` or `private`: here both publish the same, which tells nothing of what was said"


class OpenGradient:
    """The dialect of a node that speaks it, with a key of its own."""

    def __init__(self, key: TeeKey, rate: Rate | None, clock: Callable[[], datetime]) -> None:
        """``rate``: what the node takes OPG for; None, if it is not paid in OPG."""
        self._key = key
        self._rate = rate
        self._clock = clock

    def named(self, catalogue: Catalogue) -> Catalogue:
        """The same models, to be found by the names that its clients have for them as well."""
        return catalogue.with_aliases(aliases(model.id for model in catalogue.models()))

    def addendum(self, asked: Asked) -> OpenGradientAddendum | None:
        """What this call's answer carries, if it asks for that.

        Raises `SettlementUnsupported`, and what `request_bytes` does.
        """
        settlement = asked.headers.get(SETTLEMENT_HEADER)
        if settlement is None or asked.call.operation not in _OPERATIONS:
            return None
        if settlement not in _SETTLEMENTS:
            raise SettlementUnsupported("This node does not settle a call in the way that it asks for.")
        operation = asked.call.operation
        return OpenGradientAddendum(self, operation, request_bytes(operation, asked.call.body))

    def proof(self, request: bytes, output: str, cost: int) -> dict[str, Any]:
        """That this gateway gave ``output`` for ``request``, and what it cost in micro-USD."""
        signature = self._key.sign(request, output, int(self._clock().timestamp()))
        return {**signature.to_json(), "opengradient": self._charge(cost)}

    def _charge(self, cost: int) -> dict[str, str]:
        """Amounts as text: of OPG in its smallest units, of dollars in decimals."""
        charge = {"cost_usd": _dollars(cost)}
        if self._rate is not None:
            units, price = self._rate.units(cost), _dollars(self._rate.micro_usd)
            charge |= {"cost_opg": str(units), "opg_price_usd": price}
        return charge

    @property
    def pages(self) -> dict[str, Page]:
        """What the node serves besides."""
        return {"/signing-key": self._signing_key}

    async def _signing_key(self, scope: Scope, send: Send) -> None:
        """What a registry of enclaves wants to know."""
        await respond_json(send, 200, {"public_key": self._key.pem, "tee_id": self._key.tee_id})


@dataclass(frozen=True, slots=True)
class OpenGradientAddendum:
    """Implements `assay.services.gateway.addendum.Addendum`."""

    dialect: OpenGradient
    operation: Operation
    request: bytes
    """What is signed of the request."""

    def members(self, answer: Mapping[str, Any], cost: int) -> dict[str, Any]:
        output = output_text(self.operation, answer)
        # Their client reads a completion here, their gateway writes it where OpenAI does.
        added = {"completion": output} if self.operation is Operation.COMPLETIONS else {}
        return added | self.dialect.proof(self.request, output, cost)

    def stream(
        self,
        translation: StreamTranslation | None,
        usage: Callable[[], Usage],
        cost: Callable[[Usage], int],
    ) -> StreamTranslation:
        def seal(output: str) -> dict[str, Any]:
            consumed = usage()
            return {
                "usage": _usage(consumed),
                **self.dialect.proof(self.request, output, cost(consumed)),
            }

        return GuardedStream(SignedStream(translation, seal))


def _usage(usage: Usage) -> dict[str, int]:
    """In OpenAI's words for a chat."""
    given, made = usage.input_tokens, usage.output_tokens
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _dollars(micro_usd: int) -> str:
    return format(Decimal(micro_usd) / _MICRO, "f")
