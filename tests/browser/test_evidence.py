"""The bundle, as a page loads it, verifies the shared vectors in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from tests.browser import chromium
from tests.interop.web import running
from tests.vectors.make_evidence import FILE as CASES

PAGE = Path(__file__).with_name("evidence.html")
COMPARED = ("identity", "measurements", "versions", "attributes", "debug")


@running.needed
@chromium.needed
def test_a_page_judges_every_vector_as_expected() -> None:
    running.build()
    with serving() as (url, reports), chromium.showing(url):
        outcomes = reports.get(timeout=60)
    cases = json.loads(CASES.read_text("utf-8"))
    assert len(outcomes) == len(cases)
    for case, outcome in zip(cases, outcomes, strict=True):
        assert outcome == reduced(case["expect"]), case["name"]


def reduced(expected: dict[str, Any]) -> dict[str, Any]:
    """The claims that the page reports, of all that it could."""
    if "error" in expected:
        return expected
    return {"claims": {name: expected["claims"][name] for name in COMPARED}}


@contextmanager
def serving() -> Iterator[tuple[str, Queue[list[dict[str, Any]]]]]:
    """The page's address, and what pages report."""
    reports: Queue[list[dict[str, Any]]] = Queue()
    files = {
        "/": ("text/html", PAGE),
        "/evidence.js": ("text/javascript", running.WEB / "dist" / "evidence.js"),
        "/cases.json": ("application/json", CASES),
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
