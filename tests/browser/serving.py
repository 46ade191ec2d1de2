"""A page with the bundle and the cases it judges, and what it reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from tests.interop.web import running


@contextmanager
def serving(page: Path, cases: Path) -> Iterator[tuple[str, Queue[list[dict[str, Any]]]]]:
    """The address of ``page``, which fetches ``cases``, and the outcomes that pages post."""
    reports: Queue[list[dict[str, Any]]] = Queue()
    files = {
        "/": ("text/html", page),
        "/evidence.js": ("text/javascript", running.WEB / "dist" / "evidence.js"),
        "/cases.json": ("application/json", cases),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in files:
                self.send_error(404)
                return
            media_type, file = files[self.path]
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.write(file.read_bytes())

        def do_POST(self) -> None:
            reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", reports
        finally:
            server.shutdown()
