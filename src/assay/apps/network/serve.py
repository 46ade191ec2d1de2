"""`python -m assay.apps.network.serve`: one gateway process, as `assay up` starts it.

Prints one JSON line: its address once it listens, or why it does not. Ends cleanly on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from pathlib import Path

import uvicorn

from assay.apps.network.address import DEFAULT_PORT, LOOPBACK, listen, url_of
from assay.apps.network.home import Home
from assay.apps.network.impatience import ImpatientProtocol
from assay.apps.network.introduction import introduce
from assay.apps.network.node import Node, utc_now
from assay.engines.process import presence
from assay.engines.process.launch import say_failed, say_ready
from assay.errors import AssayError


def serve(home: Home, host: str, port: int, *, introducing: bool = False) -> None:
    """Serve the node of ``home`` until a signal ends it. Port 0 takes a free one.

    ``introducing`` leaves in the home what clients on this machine need. Raises what `Node.open` does, and `PortTaken`.
    """
    node = Node.open(home, os.environ)
    listener = listen(host, port)
    url = url_of(listener)
    if introducing:
        asyncio.run(_introduce(node, home, url))
    config = uvicorn.Config(
        node.gateway,
        loop="uvloop",
        http=ImpatientProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    _settle_memory()
    with presence.announced(home.presence, url):
        say_ready(url)
        uvicorn.Server(config).run(sockets=[listener])


async def _introduce(node: Node, home: Home, url: str) -> None:
    await introduce(node.trust, node.ledger, home, url, utc_now())
    await node.ledger.aclose()  # it is opened again by the event loop that serves


def _settle_memory() -> None:
    """Leave what start-up made out of every garbage collection, and collect less often than a call allocates.

    With Python's defaults one part in twenty of a call's time goes into looking at objects that are all still in use.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="data directory (default: $ASSAY_HOME or ~/.assay)")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--introduce", action="store_true", help="leave env.json and trust.json in the home")
    arguments = parser.parse_args()
    home = Home(arguments.home.absolute()) if arguments.home else Home.find(os.environ)
    try:
        serve(home, arguments.host, arguments.port, introducing=arguments.introduce)
    except AssayError as error:
        say_failed(error)
        sys.exit(str(error))


if __name__ == "__main__":
    main()
