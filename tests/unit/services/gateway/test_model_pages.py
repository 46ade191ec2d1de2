"""Anthropic's pages: every walk through them, in either direction, meets every model once and ends."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.asgi import Receive, Scope, Send
from assay.engines.inference.catalogue import Catalogue, Model, Target, UnknownModel
from assay.services.gateway.asked import MalformedRequest
from assay.services.gateway.model_pages import ModelPages

ANTHROPIC = {"anthropic-version": "2023-06-01"}


def names(count: int) -> list[str]:
    return [f"maker/model-{number}" for number in range(count)]


def client(count: int) -> httpx2.AsyncClient:
    models = (Model(name, (Target("maker", name),), None) for name in names(count))
    pages = ModelPages(Catalogue([], models))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await pages.serve(scope, send)

    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://node")


async def page(asking: httpx2.AsyncClient, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await asking.get("/v1/models", params=query, headers=ANTHROPIC)).json()
    return found


@given(st.integers(0, 7), st.integers(1, 4))
async def test_a_walk_meets_every_model_once(count: int, limit: int) -> None:
    async with client(count) as asking:
        forwards, here = [], await page(asking, limit=limit)
        forwards += here["data"]
        while here["has_more"]:
            here = await page(asking, limit=limit, after_id=here["last_id"])
            forwards += here["data"]
        assert [model["id"] for model in forwards] == names(count)
        backwards: list[Any] = []
        while here["first_id"] is not None and here["first_id"] != names(count)[0]:
            here = await page(asking, limit=limit, before_id=here["first_id"])
            backwards = here["data"] + backwards
            assert here["has_more"] is (here["first_id"] != names(count)[0])


async def test_the_other_dialect_lists_all_at_once() -> None:
    async with client(30) as asking:
        listing = (await asking.get("/v1/models")).json()
        assert listing.keys() == {"object", "data"}
        assert len(listing["data"]) == 30
        assert len((await page(asking))["data"]) == 20


async def test_a_name_with_a_slash_is_found_however_it_is_written() -> None:
    async with client(2) as asking:
        for path in ("maker/model-1", quote("maker/model-1", safe="")):
            assert (await asking.get(f"/v1/models/{path}", headers=ANTHROPIC)).json()["id"] == "maker/model-1"
        with pytest.raises(UnknownModel):
            await asking.get("/v1/models/maker%252Fmodel-1")


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", "9" * 5000, "٣"])
async def test_a_limit_that_is_none(limit: str) -> None:
    async with client(2) as asking:
        with pytest.raises(MalformedRequest):
            await page(asking, limit=limit)
