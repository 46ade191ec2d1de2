"""The stock `openai` and `anthropic` SDK clients, with a transport that verifies below them.

``policy``, ``provisional`` and ``on_verified`` are those of `Terms`, ``budget`` that of `Client`; all other arguments
are the SDK's own, ``http_client`` excepted. Base URL, key and policy are by default what `assay up` left in
``$ASSAY_HOME``. ``on_verified`` is how a caller gets at bundles: the SDKs' objects have no place for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.apps.client.environment import Environment, load_policy
from assay.apps.client.passage import Terms, utc_now
from assay.apps.client.paying.finding import BudgetFile, find_payer
from assay.apps.client.paying.telling import AsyncTellingTransport, TellingTransport
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.transport import AsyncVerifyingTransport, VerifyingTransport
from assay.apps.client.verified import Verified
from assay.errors import ConfigError
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI, OpenAI

    from assay.apps.client.paying.payer import Payer

OnVerified = Callable[[Verified], object]


class SdkMissing(ConfigError):
    """The SDK is not installed; Assay does not bring it along."""

    code = "sdk_missing"


def openai(
    *,
    policy: Policy | None = None,
    budget: BudgetFile | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> OpenAI:
    """An `openai.OpenAI` that sees only answers which verified, and otherwise raises `AnswerRefused`, at once.

    Raises `SdkMissing`, or `ConfigError` for what is neither given nor left by `assay up`.
    """
    refusal, payer = openai_refusal(), find_payer(budget, options.get("api_key"), utc_now)
    from openai import DefaultHttpxClient, OpenAI

    terms = _terms(policy, provisional, on_verified, refusal, payer)
    transport = TellingTransport(VerifyingTransport(terms))
    return OpenAI(http_client=DefaultHttpxClient(transport=transport), **_openai_access(options, payer))


def async_openai(
    *,
    policy: Policy | None = None,
    budget: BudgetFile | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> AsyncOpenAI:
    """As `openai`, for an event loop."""
    refusal, payer = openai_refusal(), find_payer(budget, options.get("api_key"), utc_now)
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    terms = _terms(policy, provisional, on_verified, refusal, payer)
    transport = AsyncTellingTransport(AsyncVerifyingTransport(terms))
    return AsyncOpenAI(
        http_client=DefaultAsyncHttpxClient(transport=transport), **_openai_access(options, payer)
    )


def anthropic(
    *,
    policy: Policy | None = None,
    budget: BudgetFile | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> Anthropic:
    """An `anthropic.Anthropic` that sees only answers which verified; as `openai` in all else."""
    refusal, payer = anthropic_refusal(), find_payer(budget, options.get("api_key"), utc_now)
    from anthropic import Anthropic, DefaultHttpxClient

    terms = _terms(policy, provisional, on_verified, refusal, payer)
    transport = TellingTransport(VerifyingTransport(terms))
    return Anthropic(http_client=DefaultHttpxClient(transport=transport), **_anthropic_access(options, payer))


def async_anthropic(
    *,
    policy: Policy | None = None,
    budget: BudgetFile | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> AsyncAnthropic:
    """As `anthropic`, for an event loop."""
    refusal, payer = anthropic_refusal(), find_payer(budget, options.get("api_key"), utc_now)
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

    terms = _terms(policy, provisional, on_verified, refusal, payer)
    transport = AsyncTellingTransport(AsyncVerifyingTransport(terms))
    return AsyncAnthropic(
        http_client=DefaultAsyncHttpxClient(transport=transport), **_anthropic_access(options, payer)
    )


# Both SDKs wrap what a transport raises into a connection error and ask again, unless it is an error of their own
# family. A refusal must be neither wrapped nor retried, so it joins the family.


@cache
def openai_refusal() -> type[AnswerRefused]:
    """`AnswerRefused` as an `openai.OpenAIError`. Raises `SdkMissing`."""
    try:
        from openai import OpenAIError
    except ImportError as error:
        raise SdkMissing("The OpenAI SDK is not installed.", hint="pip install openai") from error

    class OpenAIAnswerRefused(AnswerRefused, OpenAIError):
        """An answer that did not verify, in the OpenAI SDK's family of errors."""

    return OpenAIAnswerRefused


@cache
def anthropic_refusal() -> type[AnswerRefused]:
    """`AnswerRefused` as an `anthropic.AnthropicError`. Raises `SdkMissing`."""
    try:
        from anthropic import AnthropicError
    except ImportError as error:
        raise SdkMissing("The Anthropic SDK is not installed.", hint="pip install anthropic") from error

    class AnthropicAnswerRefused(AnswerRefused, AnthropicError):
        """An answer that did not verify, in the Anthropic SDK's family of errors."""

    return AnthropicAnswerRefused


def _terms(
    policy: Policy | None,
    provisional: bool,
    on_verified: OnVerified | None,
    refusal: type[AnswerRefused],
    payer: Payer | None,
) -> Terms:
    believed = load_policy() if policy is None else policy
    return Terms(believed, provisional, on_verified, refusal, payer=payer)


def _openai_access(options: dict[str, Any], payer: Payer | None) -> dict[str, Any]:
    return _access(options, payer, lambda environment: environment.openai_base_url)


def _anthropic_access(options: dict[str, Any], payer: Payer | None) -> dict[str, Any]:
    return _access(options, payer, lambda environment: environment.anthropic_base_url)


def _access(
    options: dict[str, Any], payer: Payer | None, base_url: Callable[[Environment], str]
) -> dict[str, Any]:
    """``options`` with what they lack of a base URL and a key; who pays by signature needs no key."""
    if payer is not None:
        options = {**options, "api_key": payer.credential}
    if {"base_url", "api_key"} <= options.keys():
        return options
    environment = Environment.load()
    return {"base_url": base_url(environment), "api_key": environment.api_key, **options}
