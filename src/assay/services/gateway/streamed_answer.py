"""An answer that comes as it is made: each event is hashed as it passes, never held back.

The caller gets, as comments that stock clients skip, first the secret with which to check what follows, then at least
every 250 ms a signed head over the events so far, and just before the last event the receipt.
"""

from __future__ import annotations

import asyncio

from assay.engines.asgi import EVENTS, Send, begin_stream, end_stream, send_part
from assay.engines.inference.provider import ProviderBroken, ProviderError, ProviderGarbage
from assay.engines.inference.routing import Answer
from assay.engines.tlog.errors import LogError
from assay.errors import AssayError, FormatError
from assay.services.gateway.departure import CancelledWhenClientLeaves
from assay.services.gateway.ending import OpenCall
from assay.services.gateway.refusals import write_error_event
from assay.services.gateway.usage import BYTES_PER_TOKEN, UsageMeter, event_data, is_usage_only
from assay.trust.metering import ReservationSpent
from assay.trust.receipts.content import ANSWER, claim_stream, stream_id
from assay.trust.receipts.delivery import Delivery, is_ours, write_head, write_opening, write_receipt
from assay.trust.receipts.predicate import Outcome
from assay.trust.receipts.stream import BlockSplitter, StreamHead, StreamWitness

HEAD_INTERVAL_S = 0.25
HEAD_WITH_CHUNK_S = 0.2
"""After so long a head rides with the next chunk, which saves a stream that flows a write of its own for each head."""

_LAST_EVENTS = (
    b"data: [DONE]",
    b"data:[DONE]",
    b"event: message_stop",
    b"event: response.completed",
    b"event: response.failed",
    b"event: response.incomplete",
)
_IDENTIFYING_EVENTS = 8
"""How many events are searched for the model's name before none is expected any more."""

_HEADERS = (EVENTS, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


class NodeStopping(AssayError):
    """The node stops before the stream has ended."""

    code = "node_stopping"
    hint = "what came until here is receipted; ask again, here or at another node"


class StreamedAnswer:
    """One stream on its way from a provider to a client."""

    def __init__(self, call: OpenCall, answer: Answer, watch: CancelledWhenClientLeaves, send: Send) -> None:
        self._call = call
        self._answer = answer
        self._watch = watch
        self._send = send
        self._dialect = call.asked.call.operation.dialect
        self._stream = stream_id(call.opening, call.asked.nonce, call.asked.call.body)
        self._witness = StreamWitness(call.opening.salt(ANSWER))
        self._usage = UsageMeter(
            answer.operation,
            len(answer.sent),
            call.asked.price,
            call.reservation.maximum,
            len(call.asked.call.body) // BYTES_PER_TOKEN,
        )
        self._translation = (
            None if answer.translation is None else answer.translation.stream(call.asked.call.parsed)
        )
        if call.addendum is not None:
            self._translation = call.addendum.stream(self._translation, self._usage.usage, call.cost)
        self._greeting = write_opening(self._stream, call.opening)
        self._head_due = 0.0
        self._signed_chunks = 0
        self._timer: asyncio.TimerHandle | None = None
        self._late_head: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._response_id = self._served = ""
        self._to_identify = _IDENTIFYING_EVENTS
        self._is_cut = False
        self._delivery: Delivery | None = None

    async def run(self) -> None:
        """Pass the whole stream on, and end it with its receipt, however it ends.

        A client that leaves cancels this, and so does a node that stops; what was delivered until then is receipted
        and charged. Raises the log's errors, after the client has been told.
        """
        await begin_stream(self._send, 200, (*_HEADERS, *self._call.reservation.headers()))
        try:
            await self._pass_on_or_break_off()
        except asyncio.CancelledError:
            if self._watch.client_left or self._delivery is not None:
                self._end(Outcome.CLIENT_LEFT)
                raise
            # All that a node wants which stops is that this ends, and so it does.
            await self._break_off(
                NodeStopping("The node stops before the answer ends."), Outcome.NODE_STOPPED
            )
        except LogError as error:
            await end_stream(self._send, self._greeted(write_error_event(self._dialect, error)))
            raise
        finally:
            self._stop_timer()

    async def _pass_on_or_break_off(self) -> None:
        try:
            await self._pass_on()
        except ReservationSpent as error:
            await self._break_off(error, Outcome.BUDGET_SPENT)
        except ProviderError as error:
            await self._break_off(error, Outcome.PROVIDER_BROKE)
        except FormatError as error:
            await self._break_off(ProviderGarbage(error.message), Outcome.PROVIDER_BROKE)

    async def _pass_on(self) -> None:
        splitter = BlockSplitter()
        async for data in self._answer.reply.chunks():
            blocks, last = self._clients_blocks(splitter.feed(data))
            if last is not None:
                await self._finish(blocks, last)
                return
            if blocks and self._greeting:
                # The first word does not wait for a signature over it; a reader who does gets that right behind.
                await send_part(self._send, self._greeted(self._hashed(blocks)))
                await send_part(self._send, self._sign_head(self._loop.time()))
            elif blocks:
                await send_part(self._send, self._witnessed(blocks))
            if self._is_cut:
                maximum = self._call.reservation.maximum
                raise ReservationSpent(
                    f"The answer came to the {maximum} micro-USD that were reserved for it."
                )
        if self._translation is not None:
            owed = self._translation.finish()
            if owed and _is_last(owed[-1]):
                await self._finish(owed[:-1], owed[-1])
                return
        if self._usage.images:
            # Streams of pictures have no last event: one that ends after a finished picture has ended well.
            await end_stream(self._send, self._greeted(write_receipt(self._end(Outcome.COMPLETED))))
            return
        raise ProviderBroken("The provider's stream ended before its last event.")

    def _clients_blocks(self, blocks: list[bytes]) -> tuple[list[bytes], bytes | None]:
        """The client's blocks for the provider's; apart from them the last event of all, if it came.

        The first event that nobody pays for cuts the stream, unless all that it says is that this was the last.
        """
        ready: list[bytes] = []
        for block in blocks:
            if self._usage.is_overspent and not _is_last(block):
                self._is_cut = True
                break
            self._usage.see(block)
            if self._to_identify:
                self._identify(block)
            if is_ours(block) or (self._answer.usage_injected and is_usage_only(block)):
                continue
            for mine in (block,) if self._translation is None else self._translation.feed(block):
                if _is_last(mine):
                    return ready, mine
                ready.append(mine)
        return ready, None

    def _identify(self, block: bytes) -> None:
        """Read which model answers, under which id, from the first events; not every dialect says it in each."""
        event = event_data(block)
        inner = event.get("response") or event.get("message") or event
        if isinstance(inner, dict):
            self._served = str(inner.get("model") or "")
            self._response_id = self._response_id or str(inner.get("id") or "")
        self._to_identify = 0 if self._served else self._to_identify - 1

    def _witnessed(self, blocks: list[bytes]) -> bytes:
        """The blocks as one write, hashed, with a signed head behind them when one is due."""
        part = self._hashed(blocks)
        now = self._loop.time()
        if now >= self._head_due - HEAD_INTERVAL_S + HEAD_WITH_CHUNK_S:
            return part + self._sign_head(now)
        if self._timer is None:
            self._timer = self._loop.call_at(self._head_due, self._send_late_head)
        return part

    def _hashed(self, blocks: list[bytes]) -> bytes:
        for block in blocks:
            self._witness.add(block)
        return b"".join(blocks)

    def _greeted(self, part: bytes) -> bytes:
        """``part`` with the stream's opening before it, if it is the first."""
        if not self._greeting:
            return part
        greeting, self._greeting = self._greeting, b""
        return greeting + part

    def _sign_head(self, now: float) -> bytes:
        self._stop_timer()
        self._head_due = now + HEAD_INTERVAL_S
        self._signed_chunks = self._witness.chunks
        return write_head(StreamHead.sign(self._stream, self._witness, self._call.notary.sign))

    def _send_late_head(self) -> None:
        self._timer = None
        if self._delivery is None and self._witness.chunks > self._signed_chunks:
            self._late_head = self._loop.create_task(self._send_head())

    async def _send_head(self) -> None:
        if self._delivery is None:  # between the timer and this task the stream may have ended
            await send_part(self._send, self._sign_head(self._loop.time()))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _finish(self, blocks: list[bytes], last: bytes) -> None:
        for block in (*blocks, last):
            self._witness.add(block)
        delivery = self._end(Outcome.COMPLETED)
        self._answer.reply.linger()
        await end_stream(self._send, self._greeted(b"".join(blocks) + write_receipt(delivery) + last))

    async def _break_off(self, error: AssayError, outcome: Outcome) -> None:
        """Tell the client in its own dialect that the stream is not whole, under a receipt for what there was."""
        notice = write_error_event(self._dialect, error)
        self._witness.add(notice)
        receipt = write_receipt(self._end(outcome))
        await end_stream(self._send, self._greeted(notice + receipt))

    def _end(self, outcome: Outcome) -> Delivery:
        if self._delivery is None:
            self._delivery = self._call.end(
                self._answer,
                claim_stream(self._witness, self._stream, outcome),
                self._usage.usage(),
                self._response_id,
                self._served,
            )
        return self._delivery


def _is_last(block: bytes) -> bool:
    return block.startswith(_LAST_EVENTS)
