"""An answer that comes in one piece: a JSON body in, the same bytes with a receipt out."""

from __future__ import annotations

from typing import Any

import orjson

from assay.engines.asgi import JSON, Send, respond
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.routing import Answer
from assay.engines.inference.routing.body import with_members
from assay.services.gateway.ending import OpenCall
from assay.services.gateway.usage import usage_of
from assay.trust.receipts.content import claim_body
from assay.trust.receipts.delivery import HEADER, Delivery, add_to_body
from assay.trust.receipts.predicate import Outcome
from assay.trust.receipts.statement import receipt_id

MAX_ANSWER_BYTES = 64 * 1024 * 1024


async def answer_whole(call: OpenCall, answer: Answer, send: Send) -> None:
    """Read the provider's answer, notarise it, send it on. Raises `ProviderGarbage` for what is no JSON object."""
    received = (await answer.reply.read(MAX_ANSWER_BYTES)).strip()
    parsed = _parse(received, answer.target.provider)
    usage = usage_of(answer.operation, call.asked.call.parsed, parsed, len(answer.sent))
    body, shown = received, parsed
    if answer.translation is not None:
        shown = answer.translation.answer(parsed, call.asked.call.parsed)
        body = orjson.dumps(shown)
    if call.addendum is not None:
        body = with_members(body, shown, call.addendum.members(shown, call.cost(usage)))
    delivery = call.end(
        answer,
        claim_body(call.opening, body, shown, Outcome.COMPLETED),
        usage,
        response_id=_text(shown.get("id")),
        served=_text(parsed.get("model")),
    )
    headers = (receipt_header(delivery), *call.reservation.headers())
    await respond(send, answer.reply.status, add_to_body(body, delivery), JSON, *headers)


def receipt_header(delivery: Delivery) -> tuple[bytes, bytes]:
    """``Assay-Receipt: ID``, from which `/v1/receipts/ID` follows."""
    return HEADER.encode(), receipt_id(delivery.receipt.payload).encode()


def _parse(received: bytes, provider: str) -> dict[str, Any]:
    try:
        parsed = orjson.loads(received)
    except orjson.JSONDecodeError:
        raise ProviderGarbage(f"The answer of {provider} is not JSON.") from None
    if not isinstance(parsed, dict):
        raise ProviderGarbage(f"The answer of {provider} is not a JSON object.")
    return parsed


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
