"""A home with a policy and one kept receipt, and the command line run in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.apps.client.node import LAST_CHUNK, NONCE, NOW, REQUEST, Node, text_chunk

from assay.apps.cli.main import assay
from assay.apps.client.exchange import Exchange, Received
from assay.apps.client.store import ReceiptStore
from assay.apps.network.home import Home
from assay.engines.inference.operation import Operation
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.delivery import Delivery, read_comment

NODE = Node()
EXCHANGE = Exchange(Operation.CHAT, REQUEST, NONCE, NODE.policy)

Run = Callable[..., Result]


def concluded(received: Received) -> Bundle:
    return EXCHANGE.conclude(received, {}, None, NOW).bundle


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    home = Home(tmp_path / "home")
    home.create()
    home.trust.write_text(json.dumps(NODE.policy.to_json()))
    return home


@pytest.fixture
def bundle() -> Bundle:
    return concluded(EXCHANGE.read_body(NODE.body(), None))


@pytest.fixture
def streamed() -> Bundle:
    chunks = [text_chunk("Blue"), text_chunk("."), LAST_CHUNK]
    *_, receipt, _ = NODE.stream(chunks)
    delivery = read_comment(receipt)
    assert isinstance(delivery, Delivery)
    return concluded(EXCHANGE.receive(b"".join(chunks), delivery))


@pytest.fixture
def kept(home: Home, bundle: Bundle) -> str:
    """The id of the one receipt in the home's store."""
    return ReceiptStore(home.receipts).save(bundle)


@pytest.fixture
def run(home: Home) -> Run:
    """``run("verify", path)``: what `assay verify PATH` does."""

    def run(*arguments: object, **options: str) -> Result:
        return CliRunner().invoke(assay, [str(argument) for argument in arguments], **options)

    return run
