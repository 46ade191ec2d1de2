"""The carried models as a provider: no key, no network, demo quality."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

import orjson

from assay.engines.inference.catalogue import UnknownModel
from assay.engines.inference.http import HttpReply, HttpUpstream
from assay.engines.inference.local.carried import ANSWERS, LANGUAGE, LANGUAGE_SOCKET, SIDE_SOCKET
from assay.engines.inference.local.honoured import check_request
from assay.engines.inference.local.process import EngineProcess
from assay.engines.inference.provider import EngineProfile, ProviderUnreachable, Request
from assay.engines.inference.settings import Settings
from assay.errors import AssayError

_LONGEST_REFUSAL = 1 << 16
_EXCEPTION = re.compile(r"\[json\.exception\.[\w.]+\] ")


class ContextTooLong(AssayError):
    """Prompt and answer do not fit what the model can hold."""

    code = "context_length_exceeded"
    hint = "shorten the messages, or choose a model with a larger context"


class EngineRefused(AssayError):
    """The local engine cannot read the request."""

    code = "parameter_invalid"


class LocalProvider:
    """The process of the carried models, and the way to it. Implements `Provider`.

    It starts with the first call, or earlier with `start`; the profiles are known from then on.
    """

    speaks = frozenset(ANSWERS)

    def __init__(self, name: str) -> None:
        self.name = name
        self._process = EngineProcess()
        self._language = self._upstream(LANGUAGE_SOCKET)
        self._side = self._upstream(SIDE_SOCKET)
        self._profiles: Mapping[str, EngineProfile] = {}

    def __repr__(self) -> str:
        return f"LocalProvider({self.name!r})"

    @classmethod
    def from_settings(cls, name: str, settings: Settings, secrets: Mapping[str, str]) -> Self:
        """It has no settings: another GGUF file is better served by llama-server, as ``compatible``."""
        return cls(name)

    async def start(self) -> None:
        """Load the models; about a second. Raises `ProviderUnreachable` when they cannot be."""
        self._profiles = (await self._process.start()).profiles

    def profile(self, model: str) -> EngineProfile:
        """Raises `ProviderUnreachable` before the first start, `UnknownModel` for what is not carried."""
        if not self._profiles:
            raise ProviderUnreachable("the local engine has not been started")
        if model not in self._profiles:
            raise UnknownModel("the local engine carries no such model")
        return self._profiles[model]

    async def send(self, request: Request) -> HttpReply:
        """Begin one call. What the engine would not honour is refused before it is sent.

        Raises `UnsupportedParameter`, `InvalidParameter`, `ContextTooLong`, `UnknownModel`.
        """
        carried = ANSWERS[request.operation]
        if request.model != carried:
            raise UnknownModel("the local engine has no such model here", hint=f"ask `{carried}`")
        if carried == LANGUAGE:
            check_request(request.operation, orjson.loads(request.body))
        await self.start()
        upstream = self._language if carried == LANGUAGE else self._side
        reply = await upstream.send("POST", request.operation.path, request.body)
        if reply.status == 400 and carried == LANGUAGE:
            raise _refusal(orjson.loads(await reply.read(_LONGEST_REFUSAL))["error"])
        return reply

    async def aclose(self) -> None:
        await self._language.aclose()
        await self._side.aclose()
        await self._process.aclose()

    def _upstream(self, socket: str) -> HttpUpstream:
        path = self._process.directory / socket
        return HttpUpstream("http://localhost", {}, name=self.name, socket_path=str(path))


def _refusal(error: dict[str, Any]) -> AssayError:
    """llama.cpp's own refusal, by our codes. Its sentence names fields and kinds, never what a text says."""
    if error["type"] == "exceed_context_size_error":
        asked, room = error["n_prompt_tokens"], error["n_ctx"]
        return ContextTooLong(f"the request has {asked} tokens and the model holds {room}")
    sentence = _EXCEPTION.sub("", error["message"])
    return EngineRefused(f"the local engine refused the request: {sentence}")
