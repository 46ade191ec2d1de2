"""Run the scripted upstream as a process; the first line on standard output says where it listens."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

from tests.upstreams.journal import Journal
from tests.upstreams.server import serve


async def main(port: int) -> None:
    runner, url = await serve(Journal(), port)
    print(json.dumps({"url": url, "port": int(url.rpartition(":")[2]), "pid": os.getpid()}), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.upstreams", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    try:
        asyncio.run(main(parser.parse_args().port))
    except KeyboardInterrupt:
        sys.exit(130)
