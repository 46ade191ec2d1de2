"""Translation between wire dialects, for a client and a provider that do not speak the same one.

A pair that does is never translated: its bytes pass untouched.
"""

from __future__ import annotations

from collections.abc import Callable

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.chat_to_messages import DEFAULT_MAX_TOKENS, ChatToMessages
from assay.engines.inference.translation.completions_to_chat import CompletionsToChat
from assay.engines.inference.translation.composed import Composed
from assay.engines.inference.translation.guarded import Guarded, GuardedStream
from assay.engines.inference.translation.messages_to_chat import MessagesToChat
from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter
from assay.engines.inference.translation.responses_to_chat import ResponsesToChat
from assay.engines.inference.translation.translation import StreamTranslation, Translation

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "GuardedStream",
    "InvalidParameter",
    "StreamTranslation",
    "Translation",
    "UnsupportedParameter",
    "find",
]

_RESPONSES_NAMES = {
    "messages": "input",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "verbosity": "text.verbosity",
    "logprobs": "include",
}


def _no_clock() -> int:
    return 0


def find(
    client: Operation, provider: Operation, *, clock: Callable[[], int] = _no_clock
) -> Translation | None:
    """The translation that carries ``client`` requests to a provider of ``provider``; None if there is none.

    ``clock`` gives Unix seconds for the answers of providers that do not date them, which is Anthropic; without
    one such answers are dated 0, and a translation is a function of its input.
    """
    match client, provider:
        case Operation.MESSAGES, Operation.CHAT:
            return Guarded(MessagesToChat())
        case Operation.RESPONSES, Operation.CHAT:
            return Guarded(ResponsesToChat())
        case Operation.CHAT, Operation.MESSAGES:
            return Guarded(ChatToMessages(clock))
        case Operation.COMPLETIONS, Operation.CHAT:
            return Guarded(CompletionsToChat())
        case Operation.COMPLETIONS, Operation.MESSAGES:
            return Guarded(Composed(CompletionsToChat(), ChatToMessages(clock), {"messages": "prompt"}))
        case Operation.RESPONSES, Operation.MESSAGES:
            return Guarded(Composed(ResponsesToChat(), ChatToMessages(clock), _RESPONSES_NAMES))
    return None
