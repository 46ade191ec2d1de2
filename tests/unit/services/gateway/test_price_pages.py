"""What a node publishes about its prices is what its receipts name, also when the prices have changed since."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx2
import orjson
from tests.unit.engines.inference.peer import peer
from tests.unit.services.gateway.in_process import node
from tests.unit.services.gateway.test_operations import MODEL, json_answer, predicate

from assay.trust.canonical import canonicalize
from assay.trust.receipts.price_table import PriceTable

ANSWER = {"id": "1", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
QUESTION = {"model": "local/theirs", "messages": [], "max_tokens": 9}


async def asked(client: httpx2.AsyncClient) -> tuple[dict[str, object], bytes]:
    """The price in a receipt, and the file that it names."""
    price = predicate(await client.post("/v1/chat/completions", json=QUESTION))["price"]
    return price, (await client.get(f"/prices/{price['table']}")).content


async def test_a_receipt_names_the_table_in_force(tmp_path: Path) -> None:
    async with peer(json_answer(ANSWER)) as provider, node(tmp_path, provider, models=MODEL) as client:
        price, file = await asked(client)
        page = (await client.get("/v1/prices")).json()
    assert hashlib.sha256(file).hexdigest() == price["table"] == page["sha256"]
    assert canonicalize(page["signed"]) == file
    table = PriceTable.verify(file)
    assert page["table"] == table.to_json()
    assert price == {**table.price("local/theirs").to_json(), "table": page["sha256"]}


async def test_old_prices_stay(tmp_path: Path) -> None:
    async with peer(json_answer(ANSWER)) as provider:
        async with node(tmp_path, provider, models=MODEL) as client:
            before, old_file = await asked(client)
        async with node(tmp_path, provider, models=MODEL) as client:
            assert (await asked(client))[0] == before, "equal prices are one table"
        async with node(tmp_path, provider, models=MODEL.replace("input = 1_", "input = 3_")) as client:
            after, _ = await asked(client)
            kept = (await client.get(f"/prices/{before['table']}")).content
    assert (before["input"], after["input"]) == (1_000_000, 3_000_000)
    assert before["table"] != after["table"]
    assert kept == old_file


async def test_no_other_file_is_a_table(tmp_path: Path) -> None:
    async with peer() as provider, node(tmp_path, provider) as client:
        for name in ("0" * 64, "../keys/node-key.pem", ""):
            response = await client.get(f"/prices/{name}")
            assert response.status_code == 404
            assert orjson.loads(response.content)["error"]["code"] in ("prices_not_found", "route_not_found")
