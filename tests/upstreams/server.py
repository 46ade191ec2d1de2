"""The scripted upstream as an aiohttp application, and as a handle for tests."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from aiohttp import web
from tests.upstreams.exchanges import JOURNAL, JOURNAL_PATH, record
from tests.upstreams.journal import Journal
from tests.upstreams.routes import table

MAX_BODY = 64 * 1024 * 1024


def create_app(journal: Journal) -> web.Application:
    app = web.Application(middlewares=[record], client_max_size=MAX_BODY)
    app[JOURNAL] = journal
    app.add_routes([*table(), web.get(JOURNAL_PATH, _show), web.delete(JOURNAL_PATH, _clear)])
    return app


async def _show(request: web.Request) -> web.Response:
    return web.json_response([exchange.as_dict() for exchange in request.app[JOURNAL].exchanges])


async def _clear(request: web.Request) -> web.Response:
    request.app[JOURNAL].clear()
    return web.Response(status=204)


async def serve(journal: Journal, port: int = 0) -> tuple[web.AppRunner, str]:
    """Listen on loopback. Returns the runner, to be cleaned up, and the base URL."""
    app = create_app(journal)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    host, bound = runner.addresses[0][:2]
    return runner, f"http://{host}:{bound}"


class ScriptedUpstream:
    """The upstream in a thread of its own, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.url = ""
        """Base URL without ``/v1``."""
        self._listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="scripted-upstream", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(10):
            raise TimeoutError("the scripted upstream did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        runner, self.url = self._loop.run_until_complete(serve(self.journal))
        self._listening.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()
