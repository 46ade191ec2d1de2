"""Which requests must be answered with a receipt, and how they are made ready for one."""

from __future__ import annotations

import httpx2
import pytest
from tests.unit.apps.client.node import REQUEST, Node

from assay.apps.client.passage import Door, Terms
from assay.trust.receipts.delivery import NONCE_HEADER

DOOR = Door(Terms(Node().policy))


def post(url: str, **headers: str) -> httpx2.Request:
    return httpx2.Request("POST", url, content=REQUEST, headers=headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://host/v1/chat/completions",
        "http://host/v1/completions",
        "http://host/v1/responses",
        "http://host/v1/messages?beta=true",
        "http://host/v1/messages/count_tokens",
        "http://host/v1/embeddings",
        "http://host/v1/images/generations",
        "http://host/chat/completions",
        "http://host/mounted/here/v1/chat/completions",
        "http://host/v1/chat%2Fcompletions",
    ],
)
def test_calls_need_a_receipt(url: str) -> None:
    assert DOOR.admits(post(url))


@pytest.mark.parametrize("url", ["http://host/v1/models", "http://host/v1/files", "http://host/"])
def test_other_paths_do_not(url: str) -> None:
    assert not DOOR.admits(post(url))
    assert not DOOR.admits(httpx2.Request("GET", "http://host/v1/chat/completions"))


def test_each_request_carries_a_nonce_of_its_own() -> None:
    requests = [post("http://host/v1/messages") for _ in range(2)]
    for request in requests:
        DOOR.admit(request, REQUEST)
    nonces = {request.headers[NONCE_HEADER] for request in requests}
    assert len(nonces) == 2
    assert all(len(bytes.fromhex(nonce)) == 16 for nonce in nonces)


def test_a_nonce_that_the_caller_chose_is_kept() -> None:
    request = post("http://host/v1/messages", **{NONCE_HEADER: "mine"})
    DOOR.admit(request, REQUEST)
    assert request.headers[NONCE_HEADER] == "mine"


def test_what_backs_an_answer_is_asked_of_the_same_gateway_with_the_same_key() -> None:
    request = post("http://host:81/mounted/v1/messages?beta=true", **{"x-api-key": "k", "x-other": "o"})
    lookup = DOOR.admit(request, REQUEST).lookup("/attestation?nonce=00")
    assert (lookup.method, str(lookup.url)) == ("GET", "http://host:81/mounted/attestation?nonce=00")
    assert lookup.headers["x-api-key"] == "k"
    assert "x-other" not in lookup.headers
