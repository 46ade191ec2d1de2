"""The way of one request through a verifying transport: what it asks for, what it expects, what it refuses."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2

from assay.apps.client.backing import Backing
from assay.apps.client.exchange import Exchange, Received
from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.headers import REQUIRED, SIGNATURE
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.steps import Steps
from assay.apps.client.stream_reader import StreamReader
from assay.apps.client.verified import Verified
from assay.engines.inference.operation import Operation
from assay.trust.receipts.delivery import HEADER, NONCE_HEADER
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from assay.apps.client.paying.payer import Payer

_RECEIPTED = {operation.path.removeprefix("/v1"): operation for operation in Operation}
_PATHS = "|".join(sorted(map(re.escape, _RECEIPTED), key=len, reverse=True))
_ENDPOINT = re.compile(f"(?P<base>.*?)(?:/v1)?(?P<path>{_PATHS})")

_CREDENTIALS = ("authorization", "x-api-key")

MOST_PAYMENTS = 4
"""Signed for one request at most, where a gateway does not take the first."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms answers are let through."""

    policy: Policy
    provisional: bool = False
    """Show streams *before* they are verified: what was shown may turn out to be refused at the end."""
    on_verified: Callable[[Verified], object] | None = None
    """Told of every answer that verified, before the caller gets the last of it."""
    refusal: type[AnswerRefused] = AnswerRefused
    """Raised otherwise."""
    clock: Callable[[], datetime] = utc_now
    payer: Payer | None = None
    """Pays where the gateway wants to be paid first; without one, its 402 is the caller's."""


class Passage:
    """One request that must be answered with a receipt."""

    def __init__(self, terms: Terms, backing: Backing, request: httpx2.Request, body: bytes) -> None:
        nonce = request.headers.setdefault(NONCE_HEADER, secrets.token_hex(16))
        # A receipt covers the answer's bytes, not somebody's compression of them.
        request.headers["accept-encoding"] = "identity"
        operation = _RECEIPTED[_endpoint(request.url)["path"]]
        self._terms = terms
        self._backing = backing
        self._request = request
        self._exchange = Exchange(operation, body, nonce, terms.policy, terms.refusal)
        self._payments = 0
        self._over_channel = True

    def is_asked_to_pay(self, response: httpx2.Response) -> bool:
        """Whether the gateway wants to be paid, or to be paid otherwise than it was, and somebody here pays."""
        if self._terms.payer is None or response.status_code != 402 or REQUIRED not in response.headers:
            return False
        payment = self._exchange.payment
        if payment is None:
            return True
        return self._payments < MOST_PAYMENTS and payment.may_be_replaced(response.headers[REQUIRED])

    def pay(self, response: httpx2.Response) -> httpx2.Request:
        """The same request, paid as ``response`` asks. Raises `PaymentError`: nothing was signed then."""
        assert self._terms.payer is not None
        request, exchange, required = self._request, self._exchange, response.headers[REQUIRED]
        if exchange.payment is not None:
            exchange.payment.release()
            self._over_channel &= not exchange.payment.finds_channel_busy(required)
        self._payments += 1
        asked, payees = Asked.of(request, exchange.operation, exchange.request), self._terms.policy.payees
        payment = self._terms.payer.pay(required, asked, payees, over_channel=self._over_channel)
        self._exchange = replace(exchange, payment=payment)
        return httpx2.Request(
            request.method,
            request.url,
            headers=[*request.headers.multi_items(), (SIGNATURE, payment.header)],
            content=exchange.request,
            extensions=request.extensions,
        )

    def expects_receipt(self, response: httpx2.Response) -> bool:
        """Whether the answer must verify: errors carry no receipt and pass.

        Raises `PaymentNotTaken` where the error is about the payment, or `AnswerRefused`.
        """
        if response.status_code >= 400:
            self._take_back(response)
            return False
        if response.status_code >= 300:
            # Whoever followed it would ask again where no receipt is expected.
            raise self._terms.refusal.because("delivery", "the gateway redirects instead of answering")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._terms.refusal.because("delivery", "the answer is compressed; it was asked for plain")
        return True

    def read_body(self, response: httpx2.Response, body: bytes) -> Steps[Verified]:
        """Judge a whole answer. Raises `AnswerRefused`."""
        return self.conclude(self._exchange.read_body(body, response.headers.get(HEADER)))

    def open_stream(self) -> Steps[StreamReader]:
        """A reader for a streamed answer."""
        head_keys = yield from self._backing.head_keys()
        return StreamReader(self._exchange, head_keys, provisional=self._terms.provisional)

    def conclude(self, received: Received) -> Steps[Verified]:
        """Judge all that came. Raises `AnswerRefused`."""
        verified = yield from self._backing.conclude(self._exchange, received)
        if self._exchange.payment is not None:
            self._exchange.payment.commit(verified.receipt.statement.payment.amount)
        if self._terms.on_verified is not None:
            self._terms.on_verified(verified)
        return verified

    def lookup(self, path: str) -> httpx2.Request:
        """A request to the same gateway with the same credentials, for something that backs the answer."""
        headers = {
            name: self._request.headers[name] for name in _CREDENTIALS if name in self._request.headers
        }
        url = _gateway(self._request.url).join(path.removeprefix("/"))
        return httpx2.Request("GET", url, headers=headers, extensions=self._request.extensions)

    def _take_back(self, response: httpx2.Response) -> None:
        """The gateway has refused the call, so what was signed for it is not charged. Raises `PaymentNotTaken`."""
        payment = self._exchange.payment
        if payment is None:
            return
        payment.release()
        if response.status_code in (402, 412) and REQUIRED in response.headers:
            raise payment.refused(response.headers[REQUIRED])


class Door:
    """Where requests enter; knows each gateway's backing from earlier passages."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._backings: dict[str, Backing] = {}

    def admits(self, request: httpx2.Request) -> bool:
        """Whether a gateway answers this with a receipt; models, pages and files come without one."""
        return request.method == "POST" and _ENDPOINT.fullmatch(request.url.path) is not None

    def admit(self, request: httpx2.Request, body: bytes) -> Passage:
        """Begin the passage of a request that `admits` allows, with its body read."""
        gateway = str(_gateway(request.url))
        backing = self._backings.setdefault(gateway, Backing(self._terms.policy, self._terms.clock))
        return Passage(self._terms, backing, request, body)


def _endpoint(url: httpx2.URL) -> re.Match[str]:
    endpoint = _ENDPOINT.fullmatch(url.path)
    assert endpoint is not None
    return endpoint


def _gateway(url: httpx2.URL) -> httpx2.URL:
    """The root under which the gateway is mounted."""
    return url.copy_with(path=_endpoint(url)["base"] + "/", query=None, fragment=None)
