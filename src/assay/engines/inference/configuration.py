"""The catalogue as TOML: the operator's file, completed by what is well known.

    [[providers]]
    name = "openai"
    kind = "openai"
    api_key_env = "OPENAI_API_KEY"

    [[models]]
    id = "gpt-4.1"
    targets = ["openai:gpt-4.1", "azure:gpt-4.1"]
    price = { input = 2_000_000, output = 8_000_000, source = "https://openai.com/api/pricing", as_of = 2026-11-24 }

Prices are whole micro-USD for a million tokens, and for one picture under ``image``. A table ``[prices]`` says where
those come from, and since when, that do not say it themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from assay.engines.inference.catalogue import Catalogue, Model, ProviderEntry, Target
from assay.engines.inference.operation import Operation
from assay.engines.inference.settings import Settings, nearest, operation_named
from assay.errors import ConfigError
from assay.trust.receipts.predicate import Price


def load_catalogue(text: str | None, environment: Mapping[str, str]) -> Catalogue:
    """The catalogue for an operator's file ``text``, if there is one, which says nothing else.

    Raises what `read_catalogue` does.
    """
    with Settings.parse(text or "", "assay.toml") as file:
        return read_catalogue(file, environment)


def read_catalogue(file: Settings, environment: Mapping[str, str]) -> Catalogue:
    """The catalogue in an operator's ``file``, which may say more to others.

    The well-known providers join it when the variable that holds their key is set in ``environment``; the
    local one always does. What the operator writes replaces what is well known by the same name or id.
    Raises `ConfigError` naming the table and key at fault.
    """
    own = _File.read(file)
    known = _well_known()
    providers = {entry.name: entry for entry in known.providers if _has_key(entry, environment)}
    providers |= {entry.name: entry for entry in own.providers}
    for model in own.models:
        _check_targets(model, providers, known)
    _check_defaults(own.models)
    models = {model.id: model for model in own.models}
    for model in known.models:
        if model.id not in models and model.targets[0].provider in providers:
            models[model.id] = model
    return Catalogue(providers.values(), models.values())


@dataclass(frozen=True, slots=True)
class _File:
    providers: tuple[ProviderEntry, ...]
    models: tuple[Model, ...]

    @classmethod
    def read(cls, file: Settings) -> _File:
        where = file.where
        providers = tuple(_provider(table, where) for table in file.tables("providers"))
        origin = _Origin.read(file.table("prices"))
        models = tuple(_model(table, where, origin) for table in file.tables("models"))
        _check_once("provider", [provider.name for provider in providers], where)
        _check_once("model", [model.id for model in models], where)
        return cls(providers, models)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the prices of a file come from, and when they were looked up there."""

    source: str = "the operator of this node"
    as_of: date | None = None

    @classmethod
    def read(cls, settings: Settings | None) -> _Origin:
        if settings is None:
            return cls()
        with settings:
            return cls().or_as_in(settings)

    def or_as_in(self, settings: Settings) -> _Origin:
        """As ``settings`` say, and this where they say nothing."""
        return _Origin(settings.text("source") or self.source, settings.date("as_of") or self.as_of)


def _provider(table: Mapping[str, Any], where: str) -> ProviderEntry:
    with Settings(table, f"{where}: providers.{table.get('name', '?')}") as settings:
        name = settings.required_text("name")
        if set(name) & set(":/"):
            raise ConfigError(
                f"{settings.where} has a colon or slash in its name", hint="they separate provider and model"
            )
        return ProviderEntry(
            name,
            settings.required_text("kind"),
            settings.flag("allow_unpriced"),
            settings.flag("pass_through"),
            settings.rest(),
        )


def _model(table: Mapping[str, Any], where: str, origin: _Origin) -> Model:
    with Settings(table, f"{where}: models.{table.get('id', '?')}") as settings:
        name = settings.required_text("id")
        targets = settings.texts("targets")
        if targets is None:
            raise ConfigError(f"{settings.where} needs `targets`", hint='write it like ["openai:gpt-4.1"]')
        price, origin = _price(settings.table("price"), origin)
        return Model(
            name,
            tuple(_target(target, settings.where) for target in targets),
            price,
            settings.whole("context"),
            settings.text("label"),
            frozenset(operation_named(name, settings.where) for name in settings.texts("default_for") or ()),
            origin.source,
            origin.as_of,
        )


def _target(text: str, where: str) -> Target:
    provider, _, model = text.partition(":")
    if not provider or not model:
        raise ConfigError(
            f"{where} has a target that is not provider:model", hint="write it like openai:gpt-4.1"
        )
    return Target(provider, model)


def _price(settings: Settings | None, origin: _Origin) -> tuple[Price | None, _Origin]:
    if settings is None:
        return None, origin
    with settings:
        uncached = settings.whole("input") or 0
        cached = settings.whole("cached_input")
        price = Price(
            input=uncached,
            output=settings.whole("output") or 0,
            # Without a rebate of its own, a cached token costs what any other does.
            cached_input=uncached if cached is None else cached,
            image=settings.whole("image") or 0,
        )
        return price, origin.or_as_in(settings)


def _check_once(what: str, names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{where} has the {what} {name} twice", hint="keep one of the two")


def _check_targets(model: Model, providers: Mapping[str, ProviderEntry], known: _File) -> None:
    for target in model.targets:
        provider = providers.get(target.provider)
        if provider is None:
            raise ConfigError(
                f"model {model.id} names the provider {target.provider}, which is not configured",
                hint=_how_to_configure(target.provider, providers, known),
            )
        if model.price is None and not provider.allow_unpriced:
            raise ConfigError(
                f"model {model.id} has no price",
                hint=f"give it one, or set `allow_unpriced = true` on the provider {provider.name}",
            )


def _check_defaults(models: Iterable[Model]) -> None:
    defaults: dict[Operation, str] = {}
    for model in models:
        for operation in model.default_for:
            if operation in defaults:
                raise ConfigError(
                    f"{defaults[operation]} and {model.id} are both the default for {operation}",
                    hint="leave the operation in one of the two",
                )
            defaults[operation] = model.id


def _how_to_configure(name: str, providers: Mapping[str, ProviderEntry], known: _File) -> str:
    for entry in known.providers:
        if entry.name == name:
            return f"set {entry.settings['api_key_env']} in the environment"
    return nearest(name, providers)


def _has_key(entry: ProviderEntry, environment: Mapping[str, str]) -> bool:
    variable = entry.settings.get("api_key_env")
    return variable is None or bool(environment.get(variable))


def _well_known() -> _File:
    text = resources.files("assay.engines.inference").joinpath("prices.toml").read_text("utf-8")
    with Settings.parse(text, "prices.toml") as file:
        return _File.read(file)
