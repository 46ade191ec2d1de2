"""Which values of a request and an answer are committed to, under which labels.

The node computes its claim with these functions and the verifier opens it with the same ones; the rule is in
docs/spec/receipt.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from assay.trust.canonical import canonicalize
from assay.trust.receipts.attachments import Attachment, find_attachments, may_hold_attachments
from assay.trust.receipts.predicate import AnswerClaim, AttachmentClaim, Outcome, RequestClaim
from assay.trust.receipts.stream import StreamWitness

REQUEST, ANSWER, SENT = "request", "answer", "sent"
"""Labels of the whole request body, the whole answer, and the bytes sent upstream."""


STREAM = "stream"
"""Label under which a stream's id is made of what was asked."""


class Committer(Protocol):
    """An `OpeningSecret` on the node's side, an `Opening` on the verifier's."""

    def commit(self, label: str, value: bytes) -> str: ...


def field_label(name: str) -> str:
    """Label of a top-level member of the request."""
    return f"{REQUEST}/{name}"


def attachment_label(holder: str, pointer: str) -> str:
    """Label of an attachment; ``holder`` is `REQUEST` or `ANSWER`."""
    return f"attachment:{holder}{pointer}"


def claim_request(committer: Committer, body: bytes, parsed: Mapping[str, Any]) -> RequestClaim:
    """Commit to the bytes of a request, to each member of the JSON object ``parsed``, and to each attachment.

    A request that is no JSON object, such as a form, has no members: ``parsed`` is empty.
    """
    fields, attached = {}, False
    for name, member in parsed.items():
        canonical = canonicalize(member)
        attached = attached or (
            isinstance(member, str | list | dict) and may_hold_attachments(name, canonical)
        )
        fields[name] = committer.commit(field_label(name), canonical)
    return RequestClaim(
        body=committer.commit(REQUEST, body),
        fields=fields,
        attachments=_claim_attachments(committer, REQUEST, find_attachments(parsed)) if attached else (),
    )


def stream_id(committer: Committer, nonce: str, request: bytes) -> str:
    """The id of the stream that answers this request: nobody can pass an earlier stream off as its answer."""
    return committer.commit(STREAM, nonce.encode() + b"\0" + request)


def claim_body(committer: Committer, body: bytes, parsed: Any, outcome: Outcome) -> AnswerClaim:
    """Commit to the bytes of a whole JSON answer and to each attachment in it."""
    return AnswerClaim(
        digest=committer.commit(ANSWER, body),
        outcome=outcome,
        attachments=_claim_attachments(committer, ANSWER, find_attachments(parsed))
        if b'"b64_json"' in body
        else (),
    )


def claim_stream(witness: StreamWitness, stream: str, outcome: Outcome) -> AnswerClaim:
    """Commit to the chunks that ``witness`` has seen."""
    return AnswerClaim(digest=witness.root(), outcome=outcome, stream=stream, chunks=witness.chunks)


def _claim_attachments(
    committer: Committer, holder: str, attachments: Iterator[Attachment]
) -> tuple[AttachmentClaim, ...]:
    return tuple(
        AttachmentClaim(
            pointer=attachment.pointer,
            commitment=committer.commit(attachment_label(holder, attachment.pointer), attachment.content),
            inline=attachment.inline,
        )
        for attachment in attachments
    )
