"""Errors keep the gateway's code, in whichever dialect it wrote them."""

from __future__ import annotations

import orjson
import pytest

from assay.apps.client.gateway_error import GatewayError


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": "no"}}, "no"),
        ({"error": {"message": "No.", "type": "rate_limit_error", "code": None}}, "rate_limit_error"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "No."}}, "overloaded_error"),
        ({"type": "error", "code": "server_error", "message": "No.", "param": None}, "server_error"),
    ],
)
def test_every_shape(value: object, code: str) -> None:
    error = GatewayError.from_response(429, orjson.dumps(value))
    assert (error.code, error.status, error.message) == (code, 429, "No.")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'"text"', b"{}", b"null"])
def test_anything_else_keeps_the_status(body: bytes) -> None:
    error = GatewayError.from_response(503, body)
    assert (error.code, error.status) == ("gateway_error", 503)
