"""Calls find their way to real servers on loopback, around those that fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from tests.unit.engines.inference.peer import Exchange, Peer, Script, answers, cuts, hangs, peer, streams

from assay.engines.inference.catalogue import Model, Target
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderTimeout, ProviderUnreachable
from assay.engines.inference.providers.anthropic import Anthropic
from assay.engines.inference.providers.compatible import Compatible
from assay.engines.inference.routing import (
    Call,
    CircuitBreaker,
    CircuitOpen,
    NoAnswer,
    OperationUnsupported,
    Router,
)
from assay.engines.inference.settings import Settings
from assay.trust.receipts.predicate import AttemptClaim

OK = answers(b'{"id":"1"}')
BUSY = answers(b'{"error":{}}', 429)
BROKEN = answers(b'{"error":{}}', 500)


def call(
    body: bytes = b'{"model":"m"}', *, stream: bool = False, operation: Operation = Operation.CHAT
) -> Call:
    return Call(operation, body, orjson.loads(body), stream, {"anthropic-beta": "x"})


class Net:
    """Peers behind a router whose clock stands still unless it sleeps."""

    def __init__(self, peers: Mapping[str, Peer], **options: Any) -> None:
        self.peers = peers
        self.now = 0.0
        self.slept: list[float] = []
        self.providers = {
            name: Compatible.from_settings(name, Settings({"base_url": one.url, **options}, name), {})
            for name, one in peers.items()
        }
        self.router = Router(
            self.providers,
            circuit=CircuitBreaker(threshold=3, rest=10),
            clock=lambda: self.now,
            sleep=self._sleep,
            jitter=lambda: 1.0,
        )
        self.model = Model("m", tuple(Target(name, "m") for name in peers), price=None)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@asynccontextmanager
async def net(*scripts: tuple[Script, ...], **options: Any) -> AsyncIterator[Net]:
    """One provider for each tuple of scripts, named a, b, c."""
    async with asyncio.timeout(10):
        async with _peers(list(scripts)) as peers:
            made = Net(dict(zip("abc", peers, strict=False)), **options)
            yield made
            for provider in made.providers.values():
                await provider.aclose()


@asynccontextmanager
async def _peers(scripts: list[tuple[Script, ...]]) -> AsyncIterator[list[Peer]]:
    if not scripts:
        yield []
        return
    async with peer(*scripts[0]) as first, _peers(scripts[1:]) as rest:
        yield [first, *rest]


async def test_the_clients_own_bytes_go_out_and_the_replys_come_back() -> None:
    body = b' { "model" : "m", "n": 1.0 }'
    async with net((OK,)) as it:
        answer = await it.router.answer(call(body), it.model)
        assert await answer.reply.read(100) == b'{"id":"1"}'
        assert answer.sent == it.peers["a"].seen[0].body == body
        assert it.peers["a"].seen[0].path == "/v1/chat/completions"
        assert it.peers["a"].seen[0].headers["anthropic-beta"] == "x"
        assert answer.attempts == (AttemptClaim("a", "m", "answered"),)
        assert answer.target == Target("a", "m")
        assert answer.operation is Operation.CHAT
        assert answer.translation is None
        assert not answer.usage_injected
        assert answer.profile.determinism == "none"
        assert answer.profile.settings["host"] == it.peers["a"].url.split("/")[2]


async def test_only_the_models_name_changes_where_the_provider_has_another() -> None:
    body = b'{"n":123456789012345678901234567890, "model":"m" , "x":{"model":"m"}}'
    async with net((OK,)) as it:
        answer = await it.router.answer(call(body), Model("m", (Target("a", "M/7"),), price=None))
        assert answer.sent == body.replace(b'"model":"m" ', b'"model":"M/7" ')


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {"include_usage": True}),
        ({"stream_options": None}, {"include_usage": True}),
        ({"stream_options": {"include_usage": False}}, {"include_usage": True}),
        (
            {"stream_options": {"include_obfuscation": False}},
            {"include_obfuscation": False, "include_usage": True},
        ),
    ],
)
async def test_a_stream_is_made_to_tell_its_usage(asked: dict[str, Any], sent: dict[str, Any]) -> None:
    async with net((streams(b"data: {}\n\n"),)) as it:
        body = orjson.dumps({"model": "m", "stream": True, **asked})
        answer = await it.router.answer(call(body, stream=True), it.model)
        assert answer.usage_injected
        assert orjson.loads(answer.sent) == {"model": "m", "stream": True, "stream_options": sent}


@pytest.mark.parametrize(
    ("operation", "options"),
    [
        (Operation.CHAT, {"include_usage": True}),
        (Operation.CHAT, "nonsense"),
        (Operation.EMBEDDINGS, {}),
    ],
)
async def test_otherwise_the_stream_is_asked_for_as_the_client_asked(
    operation: Operation, options: Any
) -> None:
    async with net((OK,)) as it:
        body = orjson.dumps({"model": "m", "stream_options": options})
        answer = await it.router.answer(call(body, stream=True, operation=operation), it.model)
        assert answer.sent == body
        assert not answer.usage_injected


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
async def test_a_status_that_another_try_cannot_mend_is_an_answer(status: int) -> None:
    async with net((answers(b"no", status),), (OK,)) as it:
        answer = await it.router.answer(call(), it.model)
        assert answer.reply.status == status
        assert await answer.reply.read(10) == b"no"
        assert answer.attempts == (AttemptClaim("a", "m", "answered"),)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_a_passing_failure_is_tried_again_after_growing_pauses(status: int) -> None:
    async with net((answers(b"", status), answers(b"", status), OK)) as it:
        answer = await it.router.answer(call(), it.model)
        assert answer.reply.status == 200
        assert [attempt.result for attempt in answer.attempts] == [f"http_{status}"] * 2 + ["answered"]
        assert it.slept == [0.25, 0.5]


async def test_a_dropped_connection_is_tried_again() -> None:
    async with net((cuts, OK)) as it:
        answer = await it.router.answer(call(), it.model)
        assert [attempt.result for attempt in answer.attempts] == ["provider_unreachable", "answered"]


async def test_garbage_in_place_of_http_is_tried_again() -> None:
    async def garbage(exchange: Exchange) -> None:
        await exchange.write(b"\x00\x01 nonsense\r\n\r\n")

    async with net((garbage, OK)) as it:
        answer = await it.router.answer(call(), it.model)
        assert [attempt.result for attempt in answer.attempts] == ["provider_garbage", "answered"]


async def test_the_next_target_answers_when_the_first_does_not() -> None:
    async with net((BROKEN,), (BUSY, OK)) as it:
        answer = await it.router.answer(call(), it.model)
        assert answer.target == Target("b", "m")
        assert [(attempt.provider, attempt.result) for attempt in answer.attempts] == [
            ("a", "http_500"),
            ("a", "http_500"),
            ("a", "http_500"),
            ("b", "http_429"),
            ("b", "answered"),
        ]


async def test_a_target_that_asks_for_too_long_a_wait_is_left_for_the_next() -> None:
    async with net((answers(b"", 429, Retry_After="60"),), (OK,)) as it:
        answer = await it.router.answer(call(), it.model)
        assert [attempt.result for attempt in answer.attempts] == ["http_429", "answered"]
        assert it.slept == []


async def test_a_late_target_is_left_for_the_next() -> None:
    async with net((hangs,), (OK,), deadlines={"first_byte": 0.1}) as it:
        answer = await it.router.answer(call(), it.model)
        assert [attempt.result for attempt in answer.attempts] == ["provider_timeout", "answered"]


async def test_when_all_have_failed_the_last_reply_is_the_answer() -> None:
    async with net((cuts,), (answers(b"wait", 429, Retry_After="9"),)) as it:
        answer = await it.router.answer(call(), it.model)
        assert (answer.reply.status, answer.reply.headers["retry-after"]) == (429, "9")
        assert await answer.reply.read(10) == b"wait"
        assert answer.attempts[-1] == AttemptClaim("b", "m", "http_429")


async def test_when_none_has_replied_the_error_tells_every_try() -> None:
    async with net((BUSY,), (hangs,), deadlines={"first_byte": 0.1}) as it:
        with pytest.raises(NoAnswer) as caught:
            await it.router.answer(call(), it.model)
        assert isinstance(caught.value.last, ProviderTimeout)
        assert caught.value.code == "provider_timeout"
        assert [attempt.result for attempt in caught.value.attempts] == ["http_429"] * 3 + [
            "provider_timeout"
        ]


async def test_a_target_that_keeps_failing_is_left_alone_then_probed_once() -> None:
    async with net((cuts,) * 3 + (OK,)) as it:
        with pytest.raises(NoAnswer) as caught:
            await it.router.answer(call(), it.model)
        assert isinstance(caught.value.last, ProviderUnreachable)
        with pytest.raises(NoAnswer) as caught:
            await it.router.answer(call(), it.model)
        assert isinstance(caught.value.last, CircuitOpen)
        assert len(it.peers["a"].seen) == 3
        it.now += 10
        answer = await it.router.answer(call(), it.model)
        assert answer.reply.status == 200


async def test_a_rate_limit_does_not_open_the_circuit() -> None:
    async with net((BUSY,) * 3 + (OK,)) as it:
        assert (await it.router.answer(call(), it.model)).reply.status == 429
        assert (await it.router.answer(call(), it.model)).reply.status == 200


async def test_a_caller_who_leaves_while_probing_does_not_keep_the_circuit_open() -> None:
    async with net((cuts,) * 3 + (hangs, OK)) as it:
        with pytest.raises(NoAnswer):
            await it.router.answer(call(), it.model)
        it.now += 10
        probe = asyncio.create_task(it.router.answer(call(), it.model))
        while len(it.peers["a"].seen) < 4:
            await asyncio.sleep(0.01)
        probe.cancel()
        await asyncio.wait([probe])
        assert (await it.router.answer(call(), it.model)).reply.status == 200


async def test_replies_that_are_not_used_are_closed() -> None:
    closed = asyncio.Event()

    async def endless_failure(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 503 X\r\ncontent-length: 999\r\n\r\n")
        await exchange.client_gone()
        closed.set()

    async with net((endless_failure, OK)) as it:
        await it.router.answer(call(), it.model)
        await asyncio.wait_for(closed.wait(), 0.2)


async def test_an_operation_that_no_target_speaks_is_refused_before_anything_is_sent() -> None:
    async with net((OK,), (OK,)) as it:
        with pytest.raises(OperationUnsupported) as caught:
            await it.router.answer(call(operation=Operation.IMAGES), it.model)
        assert caught.value.code == "operation_unsupported"
        assert it.peers["a"].seen == it.peers["b"].seen == []


async def test_a_target_that_does_not_speak_the_operation_is_passed_over() -> None:
    async with net((OK,), (OK,)) as it:
        it.providers["a"].speaks = frozenset({Operation.EMBEDDINGS})
        answer = await it.router.answer(call(operation=Operation.COMPLETIONS), it.model)
        assert answer.attempts == (AttemptClaim("b", "m", "answered"),)


async def test_a_call_is_translated_for_a_provider_of_another_dialect() -> None:
    async with peer(streams(b"event: x\n\n")) as server:
        settings = Settings({"base_url": server.url, "api_key_env": "K"}, "claude")
        claude = Anthropic.from_settings("claude", settings, {"K": " sk-1\n"})
        body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'
        router = Router({"claude": claude})
        answer = await router.answer(
            call(body, stream=True), Model("m", (Target("claude", "opus"),), price=None)
        )
        await answer.reply.aclose()
        await claude.aclose()
        [seen] = server.seen
        assert answer.operation is Operation.MESSAGES
        assert answer.translation is not None
        assert not answer.usage_injected
        assert (seen.path, seen.body) == ("/v1/messages", answer.sent)
        assert orjson.loads(seen.body)["model"] == "opus"
        assert seen.headers["x-api-key"] == "sk-1"
        assert seen.headers["anthropic-version"] == "2023-06-01"
        assert "anthropic-beta" not in seen.headers
