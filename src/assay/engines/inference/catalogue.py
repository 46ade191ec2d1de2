"""Which models can be called, who answers for them and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.settings import nearest
from assay.errors import AssayError
from assay.trust.receipts.predicate import Price
from assay.trust.receipts.price_table import ListedPrice


class UnknownModel(AssayError):
    """No model of this name is served here."""

    code = "model_not_found"


class UnpricedModel(AssayError):
    """The provider is here, but nobody has said what this model costs."""

    code = "model_unpriced"


@dataclass(frozen=True, slots=True)
class Target:
    """A model at a provider, in the provider's own name for it. Written ``provider:model``."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class Model:
    """A model as callers name it."""

    id: str
    targets: tuple[Target, ...]
    """Where to ask, in the order of falling back."""
    price: Price | None
    """None only at a provider that is allowed to answer unpriced; such a call costs nothing."""
    context: int | None = None
    """Tokens the model can hold, prompt and answer together; None when unknown."""
    label: str | None = None
    """What a caller should know before relying on it, e.g. ``demo quality``."""
    default_for: frozenset[Operation] = frozenset()
    """Operations for which it answers requests that name no model, where the dialect allows that."""
    price_source: str = ""
    """Where the price comes from, for people to read."""
    price_as_of: date | None = None
    """When it was looked up there; None when nobody said."""


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider as configured. ``settings`` are those of its kind; for a key, the name of its variable."""

    name: str
    kind: str
    allow_unpriced: bool = False
    pass_through: bool = False
    """Whether callers may reach what this provider stores: see `assay.services.gateway.stored`."""
    settings: Mapping[str, Any] = field(default_factory=dict)


class Catalogue:
    """Every provider and model of a node, fixed at start."""

    __slots__ = ("_aliases", "_by_target", "_defaults", "_models", "_providers")

    def __init__(
        self,
        providers: Iterable[ProviderEntry],
        models: Iterable[Model],
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``aliases``: ids of models, by further names under which callers find them."""
        self._providers = {provider.name: provider for provider in providers}
        self._models = {model.id: model for model in models}
        self._defaults = {
            operation: model for model in self._models.values() for operation in model.default_for
        }
        self._aliases = aliases
        self._by_target = {target: model for model in self._models.values() for target in model.targets}

    def providers(self) -> tuple[ProviderEntry, ...]:
        return tuple(self._providers.values())

    def models(self) -> tuple[Model, ...]:
        """The models worth listing, in the order of the configuration."""
        return tuple(self._models.values())

    def with_aliases(self, aliases: Mapping[str, str]) -> Catalogue:
        """The same models, which callers find by these names as well."""
        return Catalogue(self.providers(), self.models(), aliases)

    def prices(self) -> dict[str, ListedPrice]:
        """What each model costs, by its id; those that cost nothing because nobody has to set a price are not in it."""
        return {
            model.id: ListedPrice(
                model.price, model.price_source, model.price_as_of, tuple(self._addresses(model))
            )
            for model in self._models.values()
            if model.price is not None
        }

    def _addresses(self, model: Model) -> Iterator[str]:
        """The names beside its id by which `find` gives this model's price."""
        for target in dict.fromkeys(model.targets):
            name = f"{target.provider}/{target.model}"
            if self._by_target[target] is model and name not in self._models:
                yield name

    def find(self, name: str) -> Model:
        """The model a caller means: an id of the list, or ``provider/model`` for any model of a provider.

        Raises `UnknownModel`, or `UnpricedModel` when its price is unknown and the provider has to have one.
        """
        model = self._models.get(self._aliases.get(name, name))
        if model is not None:
            return model
        prefix, slash, rest = name.partition("/")
        provider = self._providers.get(prefix)
        if provider is None or not slash or not rest:
            raise UnknownModel("there is no such model here", hint=nearest(name, self._models))
        return self._addressed(name, provider, Target(prefix, rest))

    def default(self, operation: Operation) -> Model | None:
        """The model for a request of ``operation`` that names none."""
        return self._defaults.get(operation)

    def _addressed(self, name: str, provider: ProviderEntry, target: Target) -> Model:
        known = self._by_target.get(target)
        if known is not None:
            return Model(name, (target,), known.price, known.context, known.label)
        if not provider.allow_unpriced:
            raise UnpricedModel(
                f"this model of {provider.name} has no price here",
                hint="add it to [[models]] with a price, or set `allow_unpriced = true` on the provider",
            )
        return Model(name, (target,), price=None)
