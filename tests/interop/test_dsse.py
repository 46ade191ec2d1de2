"""Receipts open with tools nobody here wrote: securesystemslib's DSSE and the in-toto attestation library."""

from __future__ import annotations

import base64
import json

import pytest
from google.protobuf.json_format import Parse
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
from tests.vectors.make import FILE

VECTORS = json.loads(FILE.read_text())
KEY = SSlibKey(VECTORS["keys"]["key_id"], "ed25519", "ed25519", {"public": VECTORS["keys"]["key"]})


@pytest.mark.parametrize("kind", ["whole", "stream"])
def test_securesystemslib_verifies_the_envelope(kind: str) -> None:
    envelope = Envelope.from_dict(json.loads(VECTORS[kind]["receipt"]))
    accepted = envelope.verify([KEY], 1)
    assert list(accepted) == [VECTORS["keys"]["key_id"]]


@pytest.mark.parametrize("kind", ["whole", "stream"])
def test_securesystemslib_refuses_a_changed_payload(kind: str) -> None:
    receipt = json.loads(VECTORS[kind]["receipt"])
    payload = base64.b64decode(receipt["payload"]).replace(b'"cost":', b'"Cost":')
    receipt["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(receipt).verify([KEY], 1)


@pytest.mark.parametrize("kind", ["whole", "stream"])
def test_in_toto_reads_the_statement(kind: str) -> None:
    payload = base64.b64decode(json.loads(VECTORS[kind]["receipt"])["payload"])
    statement = Parse(payload, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    assert statement.predicate_type == "urn:assay:inference:v1"
    assert statement.predicate["model"]["served"] == "gpt-test-2026"
