"""A gateway process that a test may kill: one home, started as often as needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from assay.apps.network.home import Home
from assay.services.payments.accounts import AccountRail
from assay.services.payments.store import AccountStore

MODEL = "gpt-6-astra"
FUNDS = 10**12

_CATALOGUE = """
[[providers]]
name = "local"
kind = "compatible"
base_url = "{url}/v1"
deadlines = {{ connect = 2.0, first_byte = {first_byte}, between_chunks = {between_chunks} }}

[[models]]
id = "{model}"
targets = ["local:{model}"]
price = {{ input = 1_000_000, output = 2_000_000, image = 40_000 }}
"""


@dataclass
class RunningGateway:
    """A node on ``home`` whose only provider is at ``upstream_url``."""

    home: Path
    upstream_url: str
    first_byte: float = 5.0
    between_chunks: float = 2.0
    environment: Mapping[str, str] = field(default_factory=dict)
    api_key: str = ""
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        home = Home(self.home)
        home.create()
        home.catalogue.write_text(
            _CATALOGUE.format(
                url=self.upstream_url,
                model=MODEL,
                first_byte=self.first_byte,
                between_chunks=self.between_chunks,
            )
        )
        store = AccountStore(home.accounts)
        self.api_key = AccountRail(store, bytes(32)).open_account("tests", FUNDS)
        store.close()

    def start(self) -> None:
        command = [sys.executable, "-m", "assay.apps.network.serve", "--home", str(self.home), "--port", "0"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **self.environment}
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the gateway ended before it listened; its reason is on standard error")
        self.url = json.loads(line)["url"]

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, signal_number: int) -> None:
        if self.process is not None:
            self.process.send_signal(signal_number)
            self.process.wait(15)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def client(self, **options: object) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {self.api_key}"},
            timeout=20,
            **options,  # type: ignore[arg-type]
        )

    def balance(self) -> int:
        """Micro-USD in the books; stop the gateway first."""
        store = AccountStore(Home(self.home).accounts)
        try:
            return next(account.balance for account in store.accounts() if account.name == "tests")
        finally:
            store.close()


def chat(text: str, **members: object) -> dict[str, object]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **members}
