"""Where a gateway listens: on this machine only, and at one port unless somebody else has it."""

from __future__ import annotations

import socket

from assay.errors import AssayError

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8402
ANY_PORT = 0


class PortTaken(AssayError):
    """Another program listens where the gateway should."""

    code = "port_taken"
    hint = "choose another one with --port; 0 takes any that is free"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; `ANY_PORT` takes a free one. Raises `PortTaken`."""
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortTaken(f"Port {port} cannot be listened on: {error.strerror}.") from error


def is_free(host: str, port: int) -> bool:
    """Whether `listen` would succeed now."""
    try:
        listen(host, port).close()
    except PortTaken:
        return False
    return True


def url_of(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"
