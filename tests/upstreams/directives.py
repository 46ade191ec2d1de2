"""Directives: lines of the last message that begin with ``!!`` and say what the upstream should do.

!!say TEXT              answer exactly this (``\\n`` for a line break)
!!tool NAME {JSON}      call this tool; repeat the line for parallel calls
!!think TEXT            reason aloud first
!!refuse TEXT           decline
!!finish REASON         length, content_filter
!!id ID                 the id of the answer
!!no-usage              leave usage out
!!verbose               heed no limit of tokens
!!slow N MS             N words, MS milliseconds apart
!!status CODE [retry-after=S]
!!flaky N CODE          fail the first N requests with this very message, then answer
!!garbage               a 200 whose body is a page of HTML
!!half                  cut the connection in the middle of the answer
!!hang                  never answer
!!stall                 answer half, then say nothing more
!!malformed-sse         put an event that is not JSON in the middle of the stream
!!error-event           end the stream in the middle with the dialect's error event
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tests.upstreams.ask import BadAsk


class Fault(StrEnum):
    GARBAGE = "garbage"
    HALF = "half"
    HANG = "hang"
    STALL = "stall"
    MALFORMED_SSE = "malformed-sse"
    ERROR_EVENT = "error-event"


@dataclass(frozen=True, slots=True)
class Script:
    """What the directives of one message ask for, and the ``text`` that is left without them."""

    text: str = ""
    say: str | None = None
    tool_calls: tuple[tuple[str, str], ...] = ()
    """Name and arguments (JSON text) of each call."""
    thinking: str = ""
    refusal: str = ""
    finish: str = ""
    answer_id: str = ""
    no_usage: bool = False
    verbose: bool = False
    words: int = 0
    gap: float = 0.0
    """Seconds before each event of a stream; a whole answer waits for all of them."""
    status: int = 200
    retry_after: str = ""
    failures: int = 0
    """How many requests with this message get ``status`` before one is answered; 0 means all of them."""
    fault: Fault | None = None


def parse(message: str) -> Script:
    """Read the directives out of a message. Raises `BadAsk` (400) for one that does not exist."""
    script, plain = Script(), list[str]()
    for line in message.splitlines():
        if line.startswith("!!"):
            word, _, rest = line[2:].strip().partition(" ")
            try:
                script = _apply(script, word, rest.strip())
            except ValueError as error:
                raise BadAsk(400, f"The directive !!{word} does not exist or is malformed.") from error
        else:
            plain.append(line)
    return replace(script, text="\n".join(plain).strip())


def _apply(script: Script, word: str, rest: str) -> Script:
    match word:
        case "say":
            return replace(script, say=rest.replace("\\n", "\n"))
        case "tool":
            name, _, arguments = rest.partition(" ")
            return replace(script, tool_calls=(*script.tool_calls, (name, arguments or "{}")))
        case "think":
            return replace(script, thinking=rest)
        case "refuse":
            return replace(script, refusal=rest or "I cannot help with that.")
        case "finish":
            return replace(script, finish=rest)
        case "id":
            return replace(script, answer_id=rest)
        case "no-usage":
            return replace(script, no_usage=True)
        case "verbose":
            return replace(script, verbose=True)
        case "slow":
            words, milliseconds = rest.split()
            return replace(script, words=int(words), gap=float(milliseconds) / 1000)
        case "status":
            code, _, retry_after = rest.partition(" retry-after=")
            return replace(script, status=int(code), retry_after=retry_after)
        case "flaky":
            failures, code = rest.split()
            return replace(script, failures=int(failures), status=int(code))
        case _:
            return replace(script, fault=Fault(word))
