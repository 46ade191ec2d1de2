"""`assay prices`: what a running gateway charges, and whether a receipt was charged by it."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import pytest
from tests.gateway_fixture import GPT, Gateway
from tests.unit.apps.cli.conftest import NODE, Run

import assay
from assay.apps.client.store import ReceiptStore
from assay.apps.network.home import Home
from assay.trust.canonical import canonicalize
from assay.trust.receipts.price_table import PriceTable


@pytest.fixture(autouse=True)
def here(home: Home, gateway: Gateway) -> None:
    """The machine knows the gateway, and believes it."""
    left = {
        "openai_base_url": gateway.openai_url,
        "anthropic_base_url": gateway.url,
        "api_key": gateway.api_key,
    }
    home.env.write_text(json.dumps(left))
    home.trust.write_text(json.dumps(assay.published_policy(gateway.url).to_json()))


@pytest.fixture
def paid(home: Home, gateway: Gateway) -> str:
    """The id of a receipt that the gateway issued."""
    with assay.Client(store=ReceiptStore(home.receipts)) as client:
        messages = [{"role": "user", "content": "one"}]
        return client.chat.completions.create(model=GPT, messages=messages, max_tokens=9).receipt.id


def test_every_price_with_its_source_and_age(run: Run, home: Home) -> None:
    lines = run("prices").output.splitlines()
    assert lines[1].startswith("node")
    assert "not believe" not in lines[1]
    assert "the operator of this node, of no known date" in lines
    (carried,) = (line for line in lines if line.startswith("carried with Assay, "))
    assert re.search(r"as of \d{4}-\d\d-\d\d, (today|\d+ days? ago)$", carried)
    rows = {line.split()[0]: line for line in lines if line}
    assert rows[GPT].split(maxsplit=1)[1] == "1 / 2, 0.04 an image"


def test_the_signed_table(run: Run) -> None:
    printed = json.loads(run("prices", "--json").output)
    file = canonicalize(printed["signed"])
    assert sha256(file).hexdigest() == printed["sha256"]
    assert PriceTable.verify(file).to_json() == printed["table"]


def test_a_receipt_against_the_table_that_it_names(run: Run, paid: str) -> None:
    result = run("prices", "--receipt", paid[:12])
    assert result.exit_code == 0, result.output
    assert f"asked  {GPT}, charged 1 / 2, 0.04 an image: as published" in result.output


def test_a_receipt_of_another_node(run: Run, kept: str) -> None:
    result = run("prices", "--receipt", kept)
    assert result.exit_code != 0
    assert "prices_not_found" in result.output


def test_a_node_that_nobody_believes(run: Run, home: Home) -> None:
    home.trust.write_text(json.dumps(NODE.policy.to_json()))
    assert "whom this machine does not believe" in run("prices").output
