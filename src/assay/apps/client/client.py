"""`Client` and `AsyncClient`: ask any model through an Assay gateway, and get back only what verified."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from assay.apps.client.answer import Answer, AnswerStream, AsyncAnswerStream
from assay.apps.client.backing import Backing
from assay.apps.client.gateway_error import GatewayUnreachable
from assay.apps.client.passage import utc_now
from assay.apps.client.paying.finding import BudgetFile, find_payer
from assay.apps.client.record import Record
from assay.apps.client.resources import Resources
from assay.apps.client.steps import run, run_async
from assay.apps.client.store import ReceiptStore
from assay.apps.client.transport import EXTENSION, AsyncVerifyingTransport, VerifyingTransport
from assay.apps.client.wire import (
    TIMEOUT,
    Access,
    check_status,
    make_request,
    make_terms,
    read_json,
    reader_of,
)
from assay.engines.inference.operation import Operation
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from assay.apps.client.paying.remaining import Remaining


class Client(Resources[Answer[Bundle], AnswerStream, Record]):
    """The blocking client, in the shape of the OpenAI client.

    Without arguments it uses the gateway, the key and the policy that `assay up` left in ``$ASSAY_HOME``. ``policy``
    says whom to believe and what level to demand. With a ``budget``,
    the path of a file that `assay budget new` wrote, calls are paid by signature and need no key. ``provisional`` shows
    streams *before* they are verified. Every verified answer is kept in ``store``, if there is one.

    >>> with assay.Client() as client:
    ...     answer = client.chat.completions.create(model="smollm2-135m", messages=[...])
    ...     print(answer.text, answer.verdict.level, answer.receipt.id)
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        policy: Policy | None = None,
        *,
        budget: BudgetFile | None = None,
        provisional: bool = False,
        store: ReceiptStore | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Raises `ConfigError` for what is neither given nor left by `assay up`, and `ChainExtraMissing`."""
        super().__init__(self, self._get)
        self._payer = payer = find_payer(budget, api_key, utc_now)
        access, terms = Access.to(base_url, api_key, payer), make_terms(policy, provisional, store, payer)
        self._backing = Backing(terms.policy, terms.clock)
        self._http = httpx2.Client(
            base_url=access.base_url,
            headers=access.headers,
            timeout=TIMEOUT,
            transport=VerifyingTransport(terms, transport),
        )

    def ask(self, operation: Operation, parameters: Mapping[str, Any]) -> Answer[Bundle]:
        response = self._send(make_request(self._http, operation, parameters))
        return Answer(operation, read_json(response), response.extensions[EXTENSION], self._bundle)

    def stream(self, operation: Operation, parameters: Mapping[str, Any]) -> AnswerStream:
        request = make_request(self._http, operation, {**parameters, "stream": True})
        response = self._send(request, stream=True)
        if not response.is_success:
            response.read()
            check_status(response)
        return AnswerStream(operation, response, reader_of(response), self._bundle)

    def budget(self) -> Remaining | None:
        """What is left of the budget that pays, as counted on this machine; None where an API key pays."""
        return None if self._payer is None else self._payer.remaining()

    def complete(self, bundle: Bundle, timeout: float = 30.0) -> Bundle:
        """``bundle`` with its log proof, awaited up to ``timeout`` seconds.

        Raises `ProofPending` when the log is not that far, `AnswerRefused` for a proof that does not verify.
        """
        return run(self._backing.complete(bundle, timeout), self._fetch)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _send(self, request: httpx2.Request, *, stream: bool = False) -> httpx2.Response:
        try:
            return self._http.send(request, stream=stream)
        except httpx2.TransportError as error:
            raise GatewayUnreachable(f"No answer came from {request.url.host}.") from error

    def _get(self, path: str) -> Record:
        return Record(read_json(self._send(self._http.build_request("GET", path))))

    def _fetch(self, path: str) -> bytes | None:
        response = self._send(self._http.build_request("GET", path))
        return response.content if response.status_code == 200 else None

    def _bundle(self, bundle: Bundle, complete: bool, seconds: float) -> Bundle:
        return self.complete(bundle, seconds) if complete else bundle


class AsyncClient(
    Resources[Awaitable[Answer[Awaitable[Bundle]]], Awaitable[AsyncAnswerStream], Awaitable[Record]]
):
    """The same on an event loop: what `Client` returns is awaited here."""

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        policy: Policy | None = None,
        *,
        budget: BudgetFile | None = None,
        provisional: bool = False,
        store: ReceiptStore | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises `ConfigError` for what is neither given nor left by `assay up`, and `ChainExtraMissing`."""
        super().__init__(self, self._get)
        self._payer = payer = find_payer(budget, api_key, utc_now)
        access, terms = Access.to(base_url, api_key, payer), make_terms(policy, provisional, store, payer)
        self._backing = Backing(terms.policy, terms.clock)
        self._http = httpx2.AsyncClient(
            base_url=access.base_url,
            headers=access.headers,
            timeout=TIMEOUT,
            transport=AsyncVerifyingTransport(terms, transport),
        )

    async def ask(self, operation: Operation, parameters: Mapping[str, Any]) -> Answer[Awaitable[Bundle]]:
        response = await self._send(make_request(self._http, operation, parameters))
        return Answer(operation, read_json(response), response.extensions[EXTENSION], self._bundle)

    async def stream(self, operation: Operation, parameters: Mapping[str, Any]) -> AsyncAnswerStream:
        request = make_request(self._http, operation, {**parameters, "stream": True})
        response = await self._send(request, stream=True)
        if not response.is_success:
            await response.aread()
            check_status(response)
        return AsyncAnswerStream(operation, response, reader_of(response), self._bundle)

    def budget(self) -> Remaining | None:
        """As `Client.budget`; it is not awaited."""
        return None if self._payer is None else self._payer.remaining()

    async def complete(self, bundle: Bundle, timeout: float = 30.0) -> Bundle:  # noqa: ASYNC109
        """As `Client.complete`."""
        return await run_async(self._backing.complete(bundle, timeout), self._fetch)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def _send(self, request: httpx2.Request, *, stream: bool = False) -> httpx2.Response:
        try:
            return await self._http.send(request, stream=stream)
        except httpx2.TransportError as error:
            raise GatewayUnreachable(f"No answer came from {request.url.host}.") from error

    async def _get(self, path: str) -> Record:
        return Record(read_json(await self._send(self._http.build_request("GET", path))))

    async def _fetch(self, path: str) -> bytes | None:
        response = await self._send(self._http.build_request("GET", path))
        return response.content if response.status_code == 200 else None

    async def _bundle(self, bundle: Bundle, complete: bool, seconds: float) -> Bundle:
        return await self.complete(bundle, seconds) if complete else bundle
