"""The kinds of provider, each a plugin: the built-in ones, and what other packages add by entry point.

A package adds a kind with an entry point in the group ``assay.providers``: its name is the ``kind`` of the
configuration, and it leads to a class with `ProviderKind.from_settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.provider import Provider
from assay.engines.inference.settings import Settings, nearest
from assay.errors import ConfigError

GROUP = "assay.providers"

_BUILT_IN = {
    "anthropic": "assay.engines.inference.providers.anthropic:Anthropic",
    "compatible": "assay.engines.inference.providers.compatible:Compatible",
    "google": "assay.engines.inference.providers.google:Google",
    "local": "assay.engines.inference.providers.local:LocalProvider",
    "openai": "assay.engines.inference.providers.openai:OpenAI",
    "xai": "assay.engines.inference.providers.xai:XAI",
}


class ProviderKind(Protocol):
    """What an entry point leads to."""

    @classmethod
    def from_settings(cls, name: str, settings: Settings, secrets: Mapping[str, str]) -> Provider:
        """A provider for one ``[[providers]]`` table, whose ``name`` and ``kind`` have been taken.

        Keys left in ``settings`` are refused afterwards. ``secrets`` are the environment's variables.
        """


def build_providers(catalogue: Catalogue, secrets: Mapping[str, str]) -> dict[str, Provider]:
    """A provider, by name, for each entry of the catalogue. Nothing is connected or started yet.

    Raises `ConfigError` for an unknown kind, a setting that its kind does not have, or a missing key.
    """
    providers: dict[str, Provider] = {}
    for entry in catalogue.providers():
        with Settings(entry.settings, f"providers.{entry.name}") as settings:
            providers[entry.name] = provider_kind(entry.kind).from_settings(entry.name, settings, secrets)
    return providers


def provider_kind(name: str) -> ProviderKind:
    """The kind called ``name``; its module is imported now and not before. Raises `ConfigError`."""
    built_in = _BUILT_IN.get(name)
    if built_in is not None:
        return _load(EntryPoint(name, built_in, GROUP))
    added = entry_points(group=GROUP)
    if name in added.names:
        return _load(added[name])
    raise ConfigError(
        f"there is no kind of provider called `{name}`", hint=nearest(name, {*_BUILT_IN, *added.names})
    )


def _load(entry_point: EntryPoint) -> ProviderKind:
    kind: ProviderKind = entry_point.load()
    return kind
