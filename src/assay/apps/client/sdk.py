"""The stock `openai` and `anthropic` SDK clients, with a transport that verifies below them.

``policy``, ``provisional`` and ``on_verified`` are those of `Terms`; all other arguments are the SDK's own,
``http_client`` excepted. Base URL, key and policy are by default what `assay up` left in ``$ASSAY_HOME``.
``on_verified`` is how a caller gets at bundles: the SDKs' objects have no place for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.apps.client.environment import Environment, load_policy
from assay.apps.client.passage import Terms
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.transport import AsyncVerifyingTransport, VerifyingTransport
from assay.apps.client.verified import Verified
from assay.errors import ConfigError
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI, OpenAI

OnVerified = Callable[[Verified], object]


class SdkMissing(ConfigError):
    """The SDK is not installed; Assay does not bring it along."""

    code = "sdk_missing"


def openai(
    *,
    policy: Policy | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> OpenAI:
    """An `openai.OpenAI` that sees only answers which verified, and otherwise raises `AnswerRefused`, at once.

    Raises `SdkMissing`, or `ConfigError` for what is neither given nor left by `assay up`.
    """
    refusal = openai_refusal()
    from openai import DefaultHttpxClient, OpenAI

    transport = VerifyingTransport(_terms(policy, provisional, on_verified, refusal))
    return OpenAI(http_client=DefaultHttpxClient(transport=transport), **_openai_access(options))


def async_openai(
    *,
    policy: Policy | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> AsyncOpenAI:
    """As `openai`, for an event loop."""
    refusal = openai_refusal()
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    transport = AsyncVerifyingTransport(_terms(policy, provisional, on_verified, refusal))
    return AsyncOpenAI(http_client=DefaultAsyncHttpxClient(transport=transport), **_openai_access(options))


def anthropic(
    *,
    policy: Policy | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> Anthropic:
    """An `anthropic.Anthropic` that sees only answers which verified; as `openai` in all else."""
    refusal = anthropic_refusal()
    from anthropic import Anthropic, DefaultHttpxClient

    transport = VerifyingTransport(_terms(policy, provisional, on_verified, refusal))
    return Anthropic(http_client=DefaultHttpxClient(transport=transport), **_anthropic_access(options))


def async_anthropic(
    *,
    policy: Policy | None = None,
    provisional: bool = False,
    on_verified: OnVerified | None = None,
    **options: Any,
) -> AsyncAnthropic:
    """As `anthropic`, for an event loop."""
    refusal = anthropic_refusal()
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

    transport = AsyncVerifyingTransport(_terms(policy, provisional, on_verified, refusal))
    return AsyncAnthropic(
        http_client=DefaultAsyncHttpxClient(transport=transport), **_anthropic_access(options)
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
    policy: Policy | None, provisional: bool, on_verified: OnVerified | None, refusal: type[AnswerRefused]
) -> Terms:
    return Terms(load_policy() if policy is None else policy, provisional, on_verified, refusal)


def _openai_access(options: dict[str, Any]) -> dict[str, Any]:
    if {"base_url", "api_key"} <= options.keys():
        return options
    environment = Environment.load()
    return {"base_url": environment.openai_base_url, "api_key": environment.api_key, **options}


def _anthropic_access(options: dict[str, Any]) -> dict[str, Any]:
    if {"base_url", "api_key"} <= options.keys():
        return options
    environment = Environment.load()
    return {"base_url": environment.anthropic_base_url, "api_key": environment.api_key, **options}
