"""The API tests of the official clients, unmodified, against the gateway.

`OPENAI` is the selection of 505 tests by which gateways are compared: every module whose endpoints answer a
prompt, with the models and the stored answers that go with them. Nine of them no faithful provider can pass: the
client asks for base64 embeddings and its strict validation then wants a list of numbers.
"""

from __future__ import annotations

from tests.gateway_fixture import Gateway
from tests.interop.official_suite import Outcome, Suite, run

OPENAI = Suite(
    package="openai",
    modules=(
        "chat/test_completions.py",
        "test_completions.py",
        "test_embeddings.py",
        "test_images.py",
        "test_models.py",
        "test_moderations.py",
        "test_responses.py",
    ),
)

ANTHROPIC = Suite(
    package="anthropic",
    modules=("test_messages.py", "test_models.py"),
    plugins=("inline-snapshot", "http-snapshot", "executing", "asttokens"),
)


def test_openai(gateway: Gateway) -> None:
    outcome = run(OPENAI, gateway.openai_url, gateway.api_key)
    print(f"\n{outcome.table()}")
    assert outcome.total.total() >= 505
    assert outcome.passed.total() >= 440, _say(outcome)
    creating = [name for name in outcome.failures if "_create" in name and not _wants_base64_as_list(name)]
    assert not creating, _say(outcome)


def test_anthropic(gateway: Gateway) -> None:
    outcome = run(ANTHROPIC, gateway.url, gateway.api_key)
    print(f"\n{outcome.table()}")
    assert outcome.total["tests.api_resources.test_messages"] >= 65
    assert not outcome.failures, _say(outcome)


def _wants_base64_as_list(name: str) -> bool:
    return "Embeddings" in name and "loose" not in name and "with_all_params" not in name


def _say(outcome: Outcome) -> str:
    return "\n".join([outcome.table(), *outcome.failures])
