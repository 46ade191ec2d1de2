"""What every provider reached over HTTP has in common: an address, a key, and the operations it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import ClassVar, Self

from assay.engines.inference.http import Deadlines, HttpReply, HttpUpstream
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import EngineProfile, Request
from assay.engines.inference.settings import Settings
from assay.errors import ConfigError


class HostedProvider:
    """A provider behind a base URL that ends where the ``/v1`` of its dialect ends. Implements `Provider`.

    A kind of provider is a subclass that fills in the class variables.
    """

    kind: ClassVar[str]
    base_url: ClassVar[str | None] = None
    """The vendor's address; None where there is no usual one."""
    key_required: ClassVar[bool] = True
    operations: ClassVar[frozenset[Operation]]
    """What this kind speaks, unless its settings say otherwise."""

    def __init__(self, name: str, upstream: HttpUpstream, speaks: frozenset[Operation]) -> None:
        self.name = name
        self.upstream = upstream
        self.speaks = speaks
        self._paths = {operation: operation.path.removeprefix("/v1") for operation in Operation}
        self._profile = EngineProfile(
            self.kind, build="hosted", determinism="none", settings={"host": upstream.host}
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @staticmethod
    def authenticate(key: str) -> dict[str, str]:
        """The headers that carry the key. RFC 6750 unless a vendor has its own."""
        return {"authorization": f"Bearer {key}"}

    @classmethod
    def from_settings(cls, name: str, settings: Settings, secrets: Mapping[str, str]) -> Self:
        """A provider for one ``[[providers]]`` table; ``secrets`` are the environment's variables.

        Settings: ``api_key_env`` (the variable that holds the key), ``base_url``, ``deadlines``
        (seconds: ``connect``, ``first_byte``, ``between_chunks``, ``total``).
        Raises `ConfigError` for a setting unknown, missing or contradictory.
        """
        base_url = settings.text("base_url") or cls.base_url
        if base_url is None:
            raise ConfigError(f"{settings.where} needs `base_url`", hint="such as http://127.0.0.1:8000/v1")
        headers = cls._key_headers(settings, secrets)
        deadlines = _deadlines(settings.table("deadlines"))
        upstream = HttpUpstream(base_url, headers, name=name, deadlines=deadlines)
        return cls(name, upstream, cls.spoken(settings))

    @classmethod
    def spoken(cls, settings: Settings) -> frozenset[Operation]:
        """The operations that the provider of these settings speaks."""
        return cls.operations

    def profile(self, model: str) -> EngineProfile:
        return self._profile

    async def send(self, request: Request) -> HttpReply:
        return await self.upstream.send("POST", self._paths[request.operation], request.body, request.headers)

    async def forward(self, method: str, path: str, body: bytes, content_type: str) -> HttpReply:
        """Any other request of the provider's API, ``path`` below its ``/v1``, with the node's key."""
        headers = {"content-type": content_type} if content_type else {}
        return await self.upstream.send(method, path, body, headers)

    async def aclose(self) -> None:
        await self.upstream.aclose()

    @classmethod
    def _key_headers(cls, settings: Settings, secrets: Mapping[str, str]) -> dict[str, str]:
        variable = settings.required_text("api_key_env") if cls.key_required else settings.text("api_key_env")
        if variable is None:
            return {}
        key = secrets.get(variable, "").strip()
        if not key:
            raise ConfigError(f"{settings.where} finds no key in {variable}", hint=f"set {variable}")
        return cls.authenticate(key)


def _deadlines(settings: Settings | None) -> Deadlines:
    if settings is None:
        return Deadlines()
    with settings:
        given = {field.name: settings.seconds(field.name) for field in fields(Deadlines)}
    return replace(Deadlines(), **{name: seconds for name, seconds in given.items() if seconds is not None})
