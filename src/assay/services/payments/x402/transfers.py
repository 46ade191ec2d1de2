"""Transfers of a token on a chain, where it counts that the money came and not by whose doing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Final

from assay.engines.chain.bindings.opg import Transfer as Transferred
from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.follower import LARGEST_SPAN
from assay.engines.chain.library import Address
from assay.engines.chain.receipt import Log
from assay.engines.chain.wire import Json, to_data, to_quantity
from assay.services.payments.x402.terms import Terms

SEARCHED: Final = 5 * LARGEST_SPAN
"""Blocks in which to look for a transfer by somebody else; payments are good for an hour."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer on the chain, by the transaction that it is in and its place among the logs of the block."""

    transaction: bytes
    log_index: int


async def find_transfers(
    chain: Chain, terms: Terms, payer: Address | str, amount: int, newest: int
) -> AsyncIterator[Transfer]:
    """Transfers of an amount from a payer to the payee, up to the block ``newest``, the newest first."""
    topics: list[Json] = [to_data(Transferred.topic()), _topic(payer), _topic(terms.payee)]
    for end in range(newest, max(newest - SEARCHED, 0), -LARGEST_SPAN):
        start = max(end - LARGEST_SPAN + 1, 0)
        span = {"fromBlock": to_quantity(start), "toBlock": to_quantity(end)}
        logs = await chain.logs({"address": terms.token, "topics": topics, **span})
        for transfer in transfers_in(reversed(logs), terms, payer, amount):
            yield transfer


def transfers_in(logs: Iterable[Log], terms: Terms, payer: Address | str, amount: int) -> list[Transfer]:
    """Those among the logs of any contracts that are of an amount from a payer to the payee."""
    topics = Transferred.topic(), _word(payer), _word(terms.payee)
    return [
        Transfer(log.transaction, log.index)
        for log in logs
        if log.address == terms.token and log.topics == topics and _value(log) == amount
    ]


def _value(log: Log) -> int:
    try:
        return Transferred.read(log).value
    except ChainGarbage:
        return -1


def _topic(address: Address | str) -> str:
    """An address as logs are looked for by it."""
    return to_data(_word(address))


def _word(address: Address | str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
