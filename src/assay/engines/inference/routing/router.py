"""Send a call to the first target that answers it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from assay.engines.inference.catalogue import Model, Target
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import EngineProfile, Provider, ProviderError, Reply
from assay.engines.inference.routing.circuit import CircuitBreaker, CircuitOpen
from assay.engines.inference.routing.patience import Patience, worth_another
from assay.engines.inference.routing.route import Call, Route, make_route
from assay.engines.inference.translation import Translation
from assay.errors import AssayError
from assay.trust.receipts.predicate import AttemptClaim

ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that has begun, and everything about the way it was come by.

    The reply is the provider's own, in the dialect of ``operation``: a receipt needs both sides. Whoever
    holds the answer runs ``translation`` on it, if there is one, and closes ``reply``.
    """

    reply: Reply
    operation: Operation
    """What the provider was asked; differs from what the client asked where there is a ``translation``."""
    target: Target
    profile: EngineProfile
    sent: bytes
    """The exact bytes of the provider's request."""
    attempts: tuple[AttemptClaim, ...]
    """Every try in order, this one last. ``result`` is ``answered``, ``http_429`` or an error's code."""
    translation: Translation | None
    usage_injected: bool
    """The client did not ask a stream for its usage, we did: the chunk that tells it is not the client's."""


class NoAnswer(ProviderError):
    """Every target was tried, and the last one gave no reply at all. ``last`` says why, and lends its code."""

    def __init__(self, last: ProviderError, attempts: tuple[AttemptClaim, ...]) -> None:
        super().__init__(last.message, hint=last.hint)
        self.code = last.code  # type: ignore[misc]  # a caller cares how it failed, not through how many hands
        self.last = last
        self.attempts = attempts


class Router:
    """Tries a model's targets in order, each with `Patience`, until one answers.

    It retries and falls back only before a reply begins. A reply whose status says that no other try would
    help is an answer; so is the last one when all have failed. Targets that keep failing are skipped for a
    while.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        patience: Patience | None = None,
        circuit: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``clock`` gives monotonic seconds, ``jitter`` a number from 0 to 1."""
        self._providers = providers
        self._patience = patience or Patience()
        self._circuit = circuit or CircuitBreaker(threshold=5, rest=15.0)
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    async def answer(self, call: Call, model: Model) -> Answer:
        """The first answer for ``call`` from the targets of ``model``.

        Raises `NoAnswer`; and, before anything is sent, what no target can carry: `OperationUnsupported`, or
        the refusal of a translation.
        """
        attempts: list[AttemptClaim] = []
        *others, last = self._routes(call, model)
        for route in others:
            outcome = await self._ask(route, attempts)
            if not worth_another(outcome):
                return _answer(route, outcome, attempts)
            await _discard(outcome)
        return _answer(last, await self._ask(last, attempts), attempts)

    def _routes(self, call: Call, model: Model) -> list[Route]:
        routes: list[Route] = []
        refusal: AssayError | None = None
        for target in model.targets:
            try:
                routes.append(make_route(call, target, self._providers[target.provider]))
            except AssayError as error:
                refusal = refusal or error
        if not routes and refusal is not None:
            raise refusal
        return routes

    async def _ask(self, route: Route, attempts: list[AttemptClaim]) -> Reply | ProviderError:
        """The last outcome at one target: an answer, or the failure at which patience ended."""
        target = route.target
        if not self._circuit.admits(target, self._clock()):
            resting = CircuitOpen(f"{target.provider} has failed too often of late")
            attempts.append(_claim(target, resting))
            return resting
        tried = 0
        while True:
            outcome = await self._try(route)
            tried += 1
            attempts.append(_claim(target, outcome))
            if not worth_another(outcome):
                return outcome
            pause = self._patience.pause(tried, outcome, self._jitter())
            if pause is None:
                return outcome
            await _discard(outcome)
            await self._sleep(pause)

    async def _try(self, route: Route) -> Reply | ProviderError:
        target = route.target
        try:
            reply = await route.provider.send(route.request)
        except ProviderError as failure:
            self._circuit.failed(target, self._clock())
            return failure
        except BaseException:
            self._circuit.abandoned(target)
            raise
        if reply.status >= 500:
            self._circuit.failed(target, self._clock())
        else:
            self._circuit.succeeded(target)
        return reply


async def _discard(outcome: Reply | ProviderError) -> None:
    if not isinstance(outcome, ProviderError):
        await outcome.aclose()


def _claim(target: Target, outcome: Reply | ProviderError) -> AttemptClaim:
    if isinstance(outcome, ProviderError):
        return AttemptClaim(target.provider, target.model, outcome.code)
    retryable = worth_another(outcome)
    return AttemptClaim(target.provider, target.model, f"http_{outcome.status}" if retryable else ANSWERED)


def _answer(route: Route, outcome: Reply | ProviderError, attempts: list[AttemptClaim]) -> Answer:
    if isinstance(outcome, ProviderError):
        raise NoAnswer(outcome, tuple(attempts))
    return Answer(
        reply=outcome,
        operation=route.request.operation,
        target=route.target,
        profile=route.provider.profile(route.target.model),
        sent=route.request.body,
        attempts=tuple(attempts),
        translation=route.translation,
        usage_injected=route.usage_injected,
    )
