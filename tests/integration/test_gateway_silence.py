"""Nothing that was asked, answered or paid with is written anywhere: not to a log, not to a file, not to a metric."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx2
import pytest
from tests.integration.running import RunningGateway, chat, serving
from tests.integration.wire import CHAT, connection, eventually, post
from tests.upstreams import ScriptedUpstream

MARK = "XYZZYmark"
"""In every prompt, and so in every answer: the scripted provider repeats what it is told."""
NOBODY = "assay-XYZZYmarkkey"

SCRIPTS = (
    "",
    "!!slow 6 1",
    "!!half",
    "!!stall",
    "!!garbage",
    "!!status 429",
    "!!status 400",
    "!!status 401",
    "!!hang",
    "!!error-event",
    "!!malformed-sse",
    f"!!say {MARK}",
    f"!!tool {MARK} {{}}",
    f"!!id {MARK[:4]}",
)
BODIES = (
    f'{{"model": "{MARK}"',
    f'{{"model": "{MARK}"}}',
    f'{{"model": "local/{MARK}"}}',
    f'["{MARK}"]',
    f'{{"model": "gpt-6-astra", "stream": "{MARK}"}}',
    f'{{"model": "gpt-6-astra", "messages": "{MARK}"}}',
    f'{{"model": "gpt-6-astra", "{MARK}": 1, "messages": [{{"role": "{MARK}"}}]}}',
)


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """A gateway to which everything in this file has happened, and which has then been stopped."""
    directory = tmp_path_factory.mktemp("node")
    models = [f"model-{number}" for number in range(len(SCRIPTS))]
    running = RunningGateway(
        directory / "home",
        upstream.url,
        first_byte=0.3,
        between_chunks=0.3,
        models=["gpt-6-astra", *models],
        log=directory / "stderr",
    )
    with serving(running), running.client() as client:
        for model, script in zip(models, SCRIPTS, strict=True):
            for path in (CHAT, "/v1/messages"):
                for stream in (False, True):
                    ask(client, path, model, f"{MARK}\n{script}", stream=stream)
        for path in (CHAT, "/v1/responses", "/v1/messages"):
            for body in BODIES:
                client.post(path, content=body)
            httpx2.post(running.url + path, json=chat(MARK), headers={"x-api-key": NOBODY})
            client.get(f"{path}/{MARK}?{MARK}={MARK}")
        client.post("/v1/embeddings", json={"model": "gpt-6-astra", "input": MARK})
        leave(running, upstream)
        (directory / "metrics").write_text(client.get("/metrics").text)
    return running


def ask(client: httpx2.Client, path: str, model: str, text: str, *, stream: bool) -> None:
    question = chat(text, stream=stream, max_tokens=50, user=MARK) | {"model": model}
    with suppress(httpx2.HTTPError):
        client.post(path, json=question)


def leave(gateway: RunningGateway, upstream: ScriptedUpstream) -> None:
    upstream.journal.clear()
    with connection(gateway.url) as client:
        client.sendall(post(chat(f"{MARK}\n!!stall", stream=True), gateway.api_key))
        eventually(lambda: upstream.journal.exchanges)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    upstream.journal.wait_abandoned(upstream.journal.last)


def test_it_happened(gateway: RunningGateway, upstream: ScriptedUpstream) -> None:
    """Else the other tests would show nothing."""
    assert {statement.answer.outcome for statement in gateway.statements()} == {
        "completed",
        "provider_broke",
        "client_left",
    }


def test_standard_error(gateway: RunningGateway) -> None:
    assert gateway.log is not None
    text = gateway.log.read_text()
    assert MARK not in text
    assert gateway.api_key not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("secret", ["mark", "api key"])
def test_files(gateway: RunningGateway, secret: str) -> None:
    needle = {"mark": MARK, "api key": gateway.api_key}[secret].encode()
    files = [path for path in gateway.home.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if needle in path.read_bytes()] == []


def test_metrics(gateway: RunningGateway) -> None:
    metrics = gateway.home.with_name("metrics").read_text()
    assert "assay_refusals_total" in metrics
    assert MARK not in metrics


def test_the_home_is_its_owners(gateway: RunningGateway) -> None:
    assert gateway.home.stat().st_mode & 0o077 == 0
    for path in (gateway.home / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
