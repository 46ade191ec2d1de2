"""``GET /v1/budget`` with an API key: what is left of the account that it opens."""

from __future__ import annotations

import httpx2
from tests.gateway_fixture import GPT, Gateway


def test_what_is_left_of_an_account(gateway: Gateway) -> None:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    with httpx2.Client(base_url=gateway.url, headers=headers) as client:
        before = client.get("/v1/budget").json()
        asked = {"model": GPT, "messages": [{"role": "user", "content": "heron"}], "max_tokens": 5}
        answer = client.post("/v1/chat/completions", json=asked)
        assert answer.status_code == 200
        after = client.get("/v1/budget")
    assert before["asset"] == "micro-usd"
    assert int(after.json()["account"]) < int(before["account"])
    assert after.json()["next_call"] == after.json()["account"]
    assert (after.json()["left"], after.json()["left_today"]) == (None, None), "nothing limits it"
    assert after.headers["cache-control"] == "private, no-store"
