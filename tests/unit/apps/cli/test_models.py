"""`assay models`: names that can be copied into a call, and what a call costs."""

from __future__ import annotations

import json

from tests.gateway_fixture import GPT, Gateway
from tests.unit.apps.cli.conftest import Run

from assay.apps.network.home import Home


def test_the_table_and_the_listing(run: Run, home: Home, gateway: Gateway) -> None:
    left = {
        "openai_base_url": gateway.openai_url,
        "anthropic_base_url": gateway.url,
        "api_key": gateway.api_key,
    }
    home.env.write_text(json.dumps(left))
    rows = {line.split()[0]: line for line in run("models").output.splitlines()}
    assert rows[GPT].split(maxsplit=2) == [GPT, "openai", "1 / 2, 0.04 an image"]
    listing = json.loads(run("models", "--json").output)
    assert {model["id"] for model in listing["data"]} == rows.keys() - {"MODEL"}
