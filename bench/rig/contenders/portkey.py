"""Portkey's open-source gateway on Node.js; JSON only, as its streams fail here through a custom host."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from rig.cell import Workload
from rig.contender import Launch, Unavailable
from rig.places import CACHE

VERSION = "1.15.2"
_HOME = CACHE / "portkey"
_PROGRAM = _HOME / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"


class Portkey:
    name = "portkey"
    workloads = frozenset({Workload.JSON})

    def prepare(self) -> None:
        if not shutil.which("node") or not shutil.which("npm"):
            raise Unavailable("Node.js and npm are not installed")
        if _PROGRAM.exists():
            return
        print(f"installing @portkey-ai/gateway {VERSION} into {_HOME} (once)", file=sys.stderr)
        _HOME.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(_HOME)]
        if subprocess.run([*command, f"@portkey-ai/gateway@{VERSION}"], capture_output=True).returncode:
            raise Unavailable(f"@portkey-ai/gateway@{VERSION} could not be installed")

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        return Launch(
            command=("node", _PROGRAM, f"--port={port}", "--headless"),
            port=port,
            environment={"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost", "NODE_ENV": "production"},
            headers={
                "authorization": "Bearer bench",
                "x-portkey-provider": "openai",
                "x-portkey-custom-host": f"http://127.0.0.1:{upstream}/v1",
            },
        )
