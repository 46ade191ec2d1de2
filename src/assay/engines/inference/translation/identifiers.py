"""Ids of answers and their parts: each a function of the provider's own, so that a replay gives the same."""

from __future__ import annotations

from assay.engines.inference.operation import Operation

_PREFIX = {
    Operation.CHAT: "chatcmpl-",
    Operation.COMPLETIONS: "cmpl-",
    Operation.MESSAGES: "msg_",
    Operation.RESPONSES: "resp_",
}


def stem(identifier: str) -> str:
    """An answer's id without the prefix of its dialect."""
    for prefix in _PREFIX.values():
        if identifier.startswith(prefix):
            return identifier[len(prefix) :]
    return identifier


def answer_id(identifier: str, operation: Operation) -> str:
    """The id of the same answer in the dialect of ``operation``."""
    return _PREFIX[operation] + stem(identifier)


def part_id(kind: str, identifier: str, place: int) -> str:
    """The id of the part at ``place`` of an answer, e.g. ``fc_<stem>_2``."""
    return f"{kind}_{stem(identifier)}_{place}"
