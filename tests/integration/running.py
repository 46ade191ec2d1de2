"""A gateway process that a test may kill: one home, started as often as needed."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2

from assay.apps.network.home import Home
from assay.apps.network.node import Node, utc_now
from assay.services.gateway.notary import logged_statements
from assay.services.payments.accounts.account import Kind
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.trust.receipts.predicate import Price
from assay.trust.receipts.statement import Statement

MODEL = "gpt-6-astra"
FUNDS = 10**12

T = TypeVar("T")

PRICE = Price(input=1_000_000, output=2_000_000, image=40_000)

_PROVIDER = """
[[providers]]
name = "local"
kind = "compatible"
base_url = "{url}/v1"
speaks = ["chat.completions", "completions", "embeddings", "messages", "images.generations"]
deadlines = {{ connect = 2.0, first_byte = {first_byte}, between_chunks = {between_chunks} }}

# Whatever else it is asked, the node has to translate.
[[providers]]
name = "chat-only"
kind = "compatible"
base_url = "{url}/v1"
speaks = ["chat.completions"]
allow_unpriced = true
deadlines = {{ connect = 2.0, first_byte = {first_byte}, between_chunks = {between_chunks} }}
"""
_MODEL = """
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
    models: Sequence[str] = (MODEL,)
    environment: Mapping[str, str] = field(default_factory=dict)
    api_key: str = ""
    url: str = ""
    log: Path | None = None
    """Where its standard error goes, if not to the test's own."""
    process: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        home = Home(self.home)
        home.create()
        provider = _PROVIDER.format(
            url=self.upstream_url, first_byte=self.first_byte, between_chunks=self.between_chunks
        )
        home.catalogue.write_text(provider + "".join(_MODEL.format(model=model) for model in self.models))
        self.api_key = self.open_account("tests", FUNDS)

    def open_account(self, name: str, funds: int) -> str:
        """The key of a new account with ``funds`` micro-USD."""
        return self._in_ledger(lambda ledger: open_with_play_money(ledger, name, funds, utc_now()))

    def start(self) -> None:
        command = [sys.executable, "-m", "assay.apps.network.serve", "--home", str(self.home), "--port", "0"]
        with self.log.open("ab") if self.log else nullcontext() as errors:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **self.environment},
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
            verify=False,  # there is no TLS here, and reading the machine's roots takes 30 ms a client
            **options,  # type: ignore[arg-type]
        )

    def deposit(self, name: str, amount: int) -> None:
        """Pay into an account from outside the running gateway."""

        async def pay_in(ledger: Ledger) -> None:
            account = await ledger.account(name)
            await ledger.deposit(account, amount, Kind.PLAY, secrets.token_hex(8), utc_now())

        self._in_ledger(pay_in)

    def peak_memory(self) -> int:
        """The most bytes of memory that the process ever had (``VmHWM``, proc(5))."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def logged(self) -> int:
        """How many receipts are in the log of the running gateway."""
        with self.client() as client:
            return int(client.get("/health").json()["log"]["size"])

    def statements(self) -> list[Statement]:
        """Every receipt in the log, which are in the ledger after this; stop the gateway first."""

        async def look() -> list[Statement]:
            async with Node.open(Home(self.home), self.environment) as node:
                return [statement for _, statement, _ in logged_statements(node.log, 0)]

        return asyncio.run(look())

    def balance(self, name: str = "tests") -> int:
        """Micro-USD in the ledger; stop the gateway first."""

        async def look(ledger: Ledger) -> int:
            return (await ledger.account(name)).balance

        return self._in_ledger(look)

    def _in_ledger(self, work: Callable[[Ledger], Awaitable[T]]) -> T:
        async def done() -> T:
            ledger = SqliteLedger(Home(self.home).ledger)
            try:
                return await work(ledger)
            finally:
                await ledger.aclose()

        return asyncio.run(done())


@contextmanager
def serving(gateway: RunningGateway) -> Iterator[RunningGateway]:
    """The gateway, prepared and running inside the block."""
    gateway.prepare()
    gateway.start()
    try:
        yield gateway
    finally:
        gateway.stop()


def chat(text: str, **members: object) -> dict[str, object]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **members}
