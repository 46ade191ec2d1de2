"""Verify a bundle: offline, with no clock of its own, failing closed.

Each check is one function from the bundle and the policy to one line of the verdict; the level follows from the
lines alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from assay.errors import AssayError, FormatError
from assay.trust.envelope import Envelope, SignatureError, key_id
from assay.trust.evidence import collection
from assay.trust.evidence.examination import Examination, examine, nothing_to_examine
from assay.trust.evidence.judge import Judge, Judgement
from assay.trust.keys.errors import KeyNotCertified
from assay.trust.keys.revocation import Revocation
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening
from assay.trust.receipts.content import (
    ANSWER,
    REQUEST,
    SENT,
    STREAM,
    claim_body,
    claim_request,
    field_label,
    stream_id,
)
from assay.trust.receipts.delivery import is_ours
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import AnswerClaim, RequestClaim
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.receipts.stream import BlockSplitter, StreamWitness
from assay.trust.transparency.proof import LogProof, verify_log_proof
from assay.trust.verdict import Check, Level, Status, Verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """What the checks look at."""

    bundle: Bundle
    envelope: Envelope
    statement: Statement
    policy: Policy
    judge: Judge
    at: datetime

    @property
    def key(self) -> bytes:
        """The key that signs for the node."""
        return bytes.fromhex(self.statement.key.key)


def verify_file(data: bytes, policy: Policy, at_time: datetime) -> Verdict:
    """Verify the bytes of a bundle file. Never raises for what is in the file."""
    try:
        bundle = Bundle.from_bytes(data)
    except FormatError as error:
        return Verdict.rejected([Check.failed("format", error.message)])
    return verify(bundle, policy, at_time)


def verify(bundle: Bundle, policy: Policy, at_time: datetime, judge: Judge | None = None) -> Verdict:
    """Judge a bundle as of ``at_time`` (aware). Never raises for what is in the bundle.

    ``judge`` is the policy's own, for whoever verifies many receipts of one node: it remembers its evidence.
    """
    try:
        envelope = Envelope.from_bytes(bundle.receipt)
        statement = Statement.from_bytes(envelope.payload)
    except FormatError as error:
        return Verdict.rejected([Check.failed("format", error.message)])
    case = _Case(bundle, envelope, statement, policy, judge or policy.judge(), at_time)
    examined = _examine_evidence(case)
    checks = (
        Check.passed("format", f"receipt {receipt_id(envelope.payload)}"),
        _check_signature(case),
        _check_opening(case),
        _check_inclusion(case),
        examined.evidence,
        examined.appraisal,
        examined.binding,
        examined.validity,
        _check_nonce(case),
        _check_freshness(case),
    )
    return Verdict(_level(case, examined.judgement, checks), checks)


def _level(case: _Case, judgement: Judgement | None, checks: tuple[Check, ...]) -> Level:
    if any(check.status is Status.FAILED for check in checks):
        return Level.REJECTED
    is_pinned = case.statement.node in case.policy.nodes
    if judgement is None:
        return Level.SIGNED if is_pinned else Level.UNVERIFIED
    # Anybody can run code of their own in genuine hardware: it counts by a node, or by code, that the policy knows.
    return judgement.level if is_pinned or judgement.known_code or judgement.simulated else Level.UNVERIFIED


def _check_signature(case: _Case) -> Check:
    statement = case.statement
    try:
        statement.key.check(statement.issued_at)
        case.envelope.check(case.key)
    except (KeyNotCertified, SignatureError) as error:
        return Check.failed("signature", error.message)
    for revocation in _revocations(case):
        if not _was_logged_before(case, revocation):
            return Check.failed(
                "signature",
                f"the node took the key back on {revocation.at:%Y-%m-%d %H:%MZ},"
                " and no log shows that it held this receipt before",
            )
    node = key_id(bytes.fromhex(statement.node))
    return Check.passed("signature", f"Ed25519 by key {case.envelope.key_id[:16]} of node {node[:16]}")


def _revocations(case: _Case) -> list[Revocation]:
    """Those of the key that signs, by the node that certified it."""
    key = case.statement.key
    return [one for one in case.policy.revocations if (one.node, one.key) == (key.node, key.key)]


def _was_logged_before(case: _Case, revocation: Revocation) -> bool:
    """Whether a log that the policy pins shows the receipt below the size at which the key was taken back."""
    bundle, policy = case.bundle, case.policy
    for log in policy.logs:
        if log.name != revocation.log or bundle.proof is None:
            continue
        try:
            verify_log_proof(bundle.receipt, bundle.proof, log, policy.witnesses, policy.quorum)
        except FormatError:
            continue
        return LogProof.decode(bundle.proof).index < revocation.size
    return False


# --- opening: is the content what the receipt commits to?


def _check_opening(case: _Case) -> Check:
    bundle, opening = case.bundle, case.bundle.opening
    if opening is None:
        if bundle.request is not None or bundle.answer is not None:
            return Check.failed("opening", "the bundle holds content but no salts to open its commitments")
        return Check.not_applicable("opening", "content and salts are not in the bundle")
    try:
        opened = [
            *_open_request(case.statement.request, bundle.request, opening),
            *_open_answer(case.statement.answer, bundle.answer, opening),
            *_open_stream_id(case.statement, bundle.request, opening),
            *_open_disclosed(case.statement, opening),
        ]
    except AssayError as error:
        return Check.failed("opening", error.message)
    if not opened:
        return Check.not_applicable("opening", "the bundle holds salts but no content")
    return Check.passed("opening", f"{', '.join(opened)}")


def _open_request(claim: RequestClaim, body: bytes | None, opening: Opening) -> Iterator[str]:
    if body is None:
        return
    opened = claim_request(opening, body, _members(body))
    for name in sorted(claim.fields.keys() | opened.fields.keys()):
        if claim.fields.get(name) != opened.fields.get(name):
            raise FormatError(f"request member {name!r} is not the one committed to")
    if claim.attachments != opened.attachments:
        raise FormatError("an attachment of the request is not the one committed to")
    if claim.body != opened.body:
        raise FormatError("the request's bytes are not those committed to")
    yield f"request ({len(opened.fields)} members, {len(opened.attachments)} attachments)"


def _members(body: bytes) -> dict[str, Any]:
    """The members of a JSON object; any other request, such as a form, has none."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _open_answer(claim: AnswerClaim, answer: bytes | None, opening: Opening) -> Iterator[str]:
    if answer is None:
        return
    if claim.stream:
        if _stream_root(answer, opening) != (claim.chunks, claim.digest):
            raise FormatError("the answer's chunks are not those committed to")
        yield f"answer ({claim.chunks} chunks, {claim.outcome})"
        return
    try:
        opened = claim_body(opening, answer, orjson.loads(answer), claim.outcome)
    except orjson.JSONDecodeError as error:
        raise FormatError("the answer is not JSON") from error
    if claim != opened:
        raise FormatError("the answer is not the one committed to")
    yield f"answer ({len(answer)} bytes, {claim.outcome})"


def _open_stream_id(statement: Statement, request: bytes | None, opening: Opening) -> Iterator[str]:
    if request is None or not statement.answer.stream:
        return
    if statement.answer.stream != stream_id(opening, statement.nonce, request):
        raise FormatError("the stream is the answer to another request")
    yield "stream id"


def _stream_root(answer: bytes, opening: Opening) -> tuple[int, str]:
    if ANSWER not in opening.salts:
        raise FormatError("the opening lacks the salt of the answer")
    splitter, witness = BlockSplitter(), StreamWitness(opening.salts[ANSWER])
    for chunk in splitter.feed(answer):
        if is_ours(chunk):
            raise FormatError("the answer holds a comment of the node among its chunks")
        witness.add(chunk)
    if rest := splitter.rest():
        witness.add(rest)
    return witness.chunks, witness.root()


def _open_disclosed(statement: Statement, opening: Opening) -> Iterator[str]:
    claimed = {
        REQUEST: statement.request.body,
        SENT: statement.upstream.sent,
        STREAM: statement.answer.stream or None,
        **{field_label(name): commitment for name, commitment in statement.request.fields.items()},
    }
    for label, value in opening.disclosed.items():
        if claimed.get(label) != opening.commit(label, value):
            raise FormatError(f"the disclosed {label} is not the one committed to")
        yield label


# --- inclusion: does the log hold it?


def _check_inclusion(case: _Case) -> Check:
    proof, policy = case.bundle.proof, case.policy
    if proof is None:
        if policy.require_inclusion:
            return Check.failed("inclusion", "the policy demands a log proof and the bundle holds none")
        return Check.not_applicable("inclusion", "pending: no log proof in the bundle yet")
    try:
        index = LogProof.decode(proof).index
    except FormatError as error:
        return Check.failed("inclusion", error.message)
    if not policy.logs and policy.require_inclusion:
        return Check.failed("inclusion", "the policy demands a log proof and pins no log that could give one")
    if not policy.logs:
        return Check.not_applicable("inclusion", "the policy pins no log whose checkpoint to believe")
    reason = ""
    for log in policy.logs:
        try:
            checkpoint = verify_log_proof(case.bundle.receipt, proof, log, policy.witnesses, policy.quorum)
        except FormatError as error:
            reason = error.message
        else:
            return Check.passed("inclusion", f"entry {index} of {checkpoint.size} in {checkpoint.origin}")
    return Check.failed("inclusion", reason)


# --- evidence: where did the key live?


def _examine_evidence(case: _Case) -> Examination:
    """The examination of what the bundle holds; at a receipt's own time, for the key that signed it."""
    named = {claim.sha256: claim.type for claim in case.statement.evidence}
    files = case.bundle.evidence
    if files.keys() - named.keys():
        return nothing_to_examine(
            Check.failed("evidence", "the bundle holds evidence that the receipt does not name")
        )
    if any(hashlib.sha256(file).hexdigest() != digest for digest, file in files.items()):
        return nothing_to_examine(
            Check.failed("evidence", "an evidence file does not have the digest the receipt names")
        )
    if reason := _why_not_examined(case, named):
        return nothing_to_examine(Check.not_applicable("evidence", reason))
    if len(files) > 1:
        return nothing_to_examine(
            Check.failed("evidence", "the bundle holds two evidence files, and only one can be for the key")
        )
    ((digest, file),) = files.items()
    if named[digest] != collection.TYPE:
        return nothing_to_examine(
            Check.failed("evidence", f"this verifier knows no evidence of type {named[digest]!r}")
        )
    return examine(case.judge, file, case.statement.issued_at, key=case.key)


def _why_not_examined(case: _Case, named: Mapping[str, str]) -> str:
    if not named:
        return "the receipt names none"
    if not case.bundle.evidence:
        return "named by the receipt but not in the bundle"
    return "" if case.judge.anchors else "the policy pins no root to believe"


# --- nonce and freshness: for whom, and when?


def _check_nonce(case: _Case) -> Check:
    nonce = case.policy.nonce
    if nonce is None:
        return Check.not_applicable("nonce", "the policy names none to compare with")
    if nonce != case.statement.nonce:
        return Check.failed("nonce", "the receipt does not carry the caller's nonce")
    return Check.passed("nonce", "carries the caller's nonce")


def _check_freshness(case: _Case) -> Check:
    policy, issued_at = case.policy, case.statement.issued_at
    age = case.at - issued_at
    if age < -policy.max_skew:
        return Check.failed("freshness", f"issued {-age} after the time of verification")
    if policy.max_age is not None and age > policy.max_age:
        return Check.failed("freshness", f"issued {age} ago; the policy allows {policy.max_age}")
    return Check.passed("freshness", f"issued {case.statement.issued_at.isoformat(timespec='seconds')}")
