"""JSON-RPC 2.0 over HTTP to one node of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from assay.engines.chain.errors import ChainGarbage, ChainRefused, ChainTimeout, ChainUnreachable
from assay.engines.chain.refusal import read_refusal
from assay.engines.chain.wire import Json
from assay.errors import ConfigError

TIMEOUT_S = 20.0
LARGEST_BATCH = 100
"""Calls in one request; public nodes refuse more."""

Call = tuple[str, Sequence[Json]]
"""A method and its parameters."""


class Rpc:
    """A node, asked over HTTP. Lives on one event loop, and is closed with `aclose` or by ``async with``."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT_S) -> None:
        """``timeout``: seconds for one request. Raises `ConfigError` for what is not a URL of HTTP."""
        self._url = URL(url)
        if self._url.scheme not in ("http", "https") or not self._url.host:
            raise ConfigError(
                "A chain's node is named by an http or https URL.", hint="write it like http://127.0.0.1:8545"
            )
        self._timeout = timeout
        self._session: ClientSession | None = None
        self._last_id = 0

    def __repr__(self) -> str:
        return f"Rpc({self.host!r})"

    @property
    def host(self) -> str:
        """Host and port. Paths, queries and credentials are for the provider alone: they hold keys."""
        return f"{self._url.host}:{self._url.port}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(self, method: str, *parameters: Json) -> Any:
        """The result of one call.

        Raises:
            ChainRefused: the node answered with an error; see its subclasses.
            ChainUnreachable, ChainTimeout: it did not answer.
            ChainGarbage: it answered in something else.
        """
        request = self._request(method, parameters)
        return _result(await self._post(request), request["id"])

    async def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of many calls, in their order; a `ChainRefused` stands in the place of each that was refused.

        Raises what `call` does if the node did not answer as a whole.
        """
        results: list[Any] = []
        for start in range(0, len(calls), LARGEST_BATCH):
            results += await self._batch(calls[start : start + LARGEST_BATCH])
        return results

    async def _batch(self, calls: Sequence[Call]) -> list[Any]:
        requests = [self._request(method, parameters) for method, parameters in calls]
        response = await self._post(requests)
        if not isinstance(response, list):
            _result(response, None)  # raises what the node has against the batch as a whole
            raise ChainGarbage("The node answered many calls with one result.")
        by_id = {member.get("id"): member for member in response if isinstance(member, dict)}
        return [_result_or_refusal(by_id.get(request["id"]), request["id"]) for request in requests]

    def _request(self, method: str, parameters: Sequence[Json]) -> dict[str, Any]:
        self._last_id += 1
        return {"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": list(parameters)}

    async def _post(self, message: Any) -> Any:
        try:
            async with self._connection().post(
                self._url, data=orjson.dumps(message), allow_redirects=False
            ) as response:
                body = await response.read()
        except TimeoutError:
            failure: ChainUnreachable = ChainTimeout(
                f"The chain's node at {self.host} did not answer in {self._timeout:g} seconds."
            )
        except (ClientError, OSError) as cause:
            failure = ChainUnreachable(
                f"No answer from the chain's node at {self.host}: {type(cause).__name__}."
            )
        else:
            return self._read(body, response.status)
        # Raised here and not in the handler: the client's exceptions hold the URL.
        raise failure

    def _read(self, body: bytes, status: int) -> Any:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ChainGarbage(f"{self.host} answered with status {status} and no JSON.") from None

    def _connection(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                timeout=ClientTimeout(total=self._timeout),
                headers={"content-type": "application/json"},
                cookie_jar=DummyCookieJar(),
            )
        return self._session


def _result(response: Any, identifier: int | None) -> Any:
    if not isinstance(response, dict):
        raise ChainGarbage("The node's answer is no JSON-RPC response.")
    if response.get("error") is not None:
        raise read_refusal(response["error"])
    if "result" not in response or response.get("id") != identifier:
        raise ChainGarbage("The node's answer belongs to no call.")
    return response["result"]


def _result_or_refusal(response: Any, identifier: int) -> Any:
    try:
        return _result(response, identifier)
    except ChainRefused as refusal:
        return refusal
