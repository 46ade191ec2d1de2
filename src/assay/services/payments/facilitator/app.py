"""The facilitator over HTTP, as x402's specification has it: `POST /verify`, `POST /settle`, `GET /supported`."""

from __future__ import annotations

from typing import Final

from x402.schemas.base import BaseX402Model

from assay.engines.asgi import (
    JSON,
    BodyTooLarge,
    BodyTooSlow,
    ClientLeft,
    Receive,
    Scope,
    Send,
    check_declared_size,
    read_body,
    respond,
    respond_json,
)
from assay.engines.storage.errors import TablesUnavailable
from assay.errors import AssayError
from assay.services.payments.facilitator.asked import Asked, read_asked
from assay.services.payments.facilitator.errors import AskedNothing, AskedTooOften
from assay.services.payments.facilitator.pace import Pace
from assay.services.payments.facilitator.service import FacilitatorService
from assay.services.payments.x402.errors import PaymentsUnavailable

MAX_BODY: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
_NOT_FOUND: Final = 404
_STATUS: Final = {
    AskedNothing: 400,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    AskedTooOften: 429,
    PaymentsUnavailable: 503,
    TablesUnavailable: 503,
}
_EVERYBODY: Final = ""


class FacilitatorApp:
    """An ASGI application, which may be mounted: it looks at the path below ``root_path``."""

    def __init__(
        self,
        service: FacilitatorService,
        *,
        looking: Pace | None = None,
        settling: Pace | None = None,
        settling_all: Pace | None = None,
    ) -> None:
        """``looking`` and ``settling``: how often one address may ask what costs nothing, and for transactions.
        ``settling_all``: how often all of them together may do the latter, whose gas is paid here.
        """
        self._service = service
        self._looking = looking or Pace(in_a_row=40, per_second=20)
        self._settling = settling or Pace(in_a_row=20, per_second=2)
        self._settling_all = settling_all or Pace(in_a_row=50, per_second=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._serve(scope, receive, send)
        except ClientLeft:
            return
        except AssayError as error:
            status, said = _STATUS.get(type(error), 500), {"error": error.code, "message": str(error)}
            await respond_json(send, status, said, getattr(error, "headers", ()))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        client = (scope.get("client") or (_EVERYBODY,))[0]
        match scope["method"], path:
            case "GET", "/supported":
                self._looking.keep(client)
                await _answer(send, self._service.supported())
            case "POST", "/verify":
                self._looking.keep(client)
                await _answer(send, await self._service.verify(await _asked(scope, receive)))
            case "POST", "/settle":
                self._settling.keep(client)
                self._settling_all.keep(_EVERYBODY)
                await _answer(send, await self._service.settle(await _asked(scope, receive)))
            case _:
                await respond_json(send, _NOT_FOUND, {"error": "not_found"})


async def _asked(scope: Scope, receive: Receive) -> Asked:
    check_declared_size(scope, MAX_BODY)
    return read_asked(await read_body(receive, MAX_BODY, BODY_SECONDS))


async def _answer(send: Send, answer: BaseX402Model) -> None:
    await respond(send, 200, answer.model_dump_json(by_alias=True, exclude_none=True).encode(), JSON)
