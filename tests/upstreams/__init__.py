"""A scripted provider: it speaks the wire formats of OpenAI and Anthropic and answers as the request directs.

Tests put the gateway in front of it. What it answers follows from the last message alone: lines that begin
with ``!!`` are directives (`directives`), everything else gets the natural answer (`answer`). It keeps a
journal of the exact bytes that reached it and of connections that closed before their answer ended.

    with ScriptedUpstream() as upstream:
        upstream.url          # http://127.0.0.1:PORT, without /v1
        upstream.journal.last.body

or, as its own process, ``python -m tests.upstreams --port 0``, with the journal at ``/_journal``.
"""

from __future__ import annotations

from tests.upstreams.journal import Exchange, Journal
from tests.upstreams.server import ScriptedUpstream

__all__ = ["Exchange", "Journal", "ScriptedUpstream"]
