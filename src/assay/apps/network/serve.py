"""`python -m assay.apps.network.serve`: one gateway process, as `assay up` starts it.

Prints one JSON line with its address once it listens, and ends cleanly on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from pathlib import Path

import uvicorn

from assay.apps.network.home import Home
from assay.apps.network.impatience import ImpatientProtocol
from assay.apps.network.introduction import introduce
from assay.apps.network.node import Node
from assay.errors import AssayError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8402


def serve(home: Home, host: str, port: int) -> None:
    """Serve the node of ``home`` until a signal ends it. Port 0 takes a free one."""
    node = Node.open(home, os.environ)
    listener = _listen(host, port)
    config = uvicorn.Config(
        node.gateway,
        loop="uvloop",
        http=ImpatientProtocol,
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    bound_host, bound_port = listener.getsockname()[:2]
    url = f"http://{bound_host}:{bound_port}"
    introduce(node, home, url)
    print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


class PortTaken(AssayError):
    """Another program listens where the gateway should."""

    code = "port_taken"
    hint = "choose another one with --port, or 0 for any free one"


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortTaken(f"Port {port} cannot be listened on: {error.strerror}.") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="data directory (default: $ASSAY_HOME or ~/.assay)")
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    arguments = parser.parse_args()
    home = Home(arguments.home.absolute()) if arguments.home else Home.find(os.environ)
    try:
        serve(home, arguments.host, arguments.port)
    except AssayError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
