"""HTTP by hand, for what a decent client would never do: leave in the middle, dawdle, send nonsense."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

CHAT = "/v1/chat/completions"


@contextmanager
def connection(url: str, timeout: float = 10) -> Iterator[socket.socket]:
    """A connection to the server at ``url``; left at once at the end of the block."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout) as connected:
        yield connected


def post(body: object, key: str, path: str = CHAT, **headers: str) -> bytes:
    """The bytes of one request with a JSON body."""
    content = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", "host: node", f"authorization: Bearer {key}"]
    lines += ["content-type: application/json", f"content-length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def read_all(connected: socket.socket) -> bytes:
    """Everything until the other side closes."""
    received = b""
    try:
        while data := connected.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def eventually(look: Callable[[], Any], seconds: float = 5.0) -> Any:
    """The first truthy thing that ``look`` sees. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError("it never happened")
        time.sleep(0.005)
    return seen
