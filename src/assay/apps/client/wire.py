"""What both clients do alike: from settings to an HTTP client, from a call to a request, from a response to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import orjson

from assay.apps.client.environment import Environment, load_policy
from assay.apps.client.gateway_error import GatewayError
from assay.apps.client.passage import Terms
from assay.apps.client.store import ReceiptStore
from assay.apps.client.stream_reader import StreamReader
from assay.apps.client.transport import EXTENSION
from assay.engines.inference.operation import Operation
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from assay.apps.client.paying.payer import Payer

TIMEOUT = httpx2.Timeout(600.0, connect=5.0)
"""Seconds: a long answer takes its time, a connection does not."""


@dataclass(frozen=True, slots=True)
class Access:
    """The root of a gateway and what opens it."""

    base_url: str
    headers: Mapping[str, str]

    @classmethod
    def to(cls, base_url: str | None, api_key: str | None, payer: Payer | None = None) -> Access:
        """What was given, and for the rest what `assay up` left; who pays by signature needs no key.

        Raises `ConfigError`.
        """
        if payer is not None:
            api_key = payer.credential
        if base_url is None or api_key is None:
            environment = Environment.load()
            base_url = environment.openai_base_url if base_url is None else base_url
            api_key = environment.api_key if api_key is None else api_key
        return cls(root_of(base_url), {"authorization": f"Bearer {api_key}"})


def root_of(base_url: str) -> str:
    """The gateway's root, given as either SDK takes it: with ``/v1`` or without."""
    return base_url.rstrip("/").removesuffix("/v1")


def make_terms(
    policy: Policy | None, provisional: bool, store: ReceiptStore | None, payer: Payer | None = None
) -> Terms:
    """The terms of a client; the policy is by default the one that `assay up` left. Raises `ConfigError`."""
    keep = None if store is None else store.keep
    believed = load_policy() if policy is None else policy
    return Terms(believed, provisional=provisional, on_verified=keep, payer=payer)


def make_request(http: httpx2.Client | httpx2.AsyncClient, operation: Operation, body: Any) -> httpx2.Request:
    headers = {"content-type": "application/json"}
    return http.build_request("POST", operation.path, content=orjson.dumps(body), headers=headers)


def read_json(response: httpx2.Response) -> Mapping[str, Any]:
    """The JSON object of a response that has been read, without the receipt in it. Raises `GatewayError`."""
    check_status(response)
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise _unexpected("The gateway's answer is not JSON.", response) from error
    if not isinstance(value, dict):
        raise _unexpected("The gateway's answer is not a JSON object.", response)
    value.pop("assay", None)
    return value


def check_status(response: httpx2.Response) -> None:
    """Raises `GatewayError` for an error response that has been read."""
    if not response.is_success:
        raise GatewayError.from_response(response.status_code, response.content)


def reader_of(response: httpx2.Response) -> StreamReader:
    """What reads a streamed response. Raises `GatewayError` when it came in one piece."""
    reader = response.extensions.get(EXTENSION)
    if not isinstance(reader, StreamReader):
        raise _unexpected("The provider answered in one piece; ask without `stream`.", response)
    return reader


def _unexpected(message: str, response: httpx2.Response) -> GatewayError:
    return GatewayError(message, code="unexpected_answer", status=response.status_code)
