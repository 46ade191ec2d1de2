"""Asks a chain whether it has what a bundle's proof of settlement says: one line of a verdict."""

from __future__ import annotations

from datetime import UTC, datetime

from assay.engines.chain.artifact import Artifact
from assay.engines.chain.bindings.settlement import BatchSettled, Settlement
from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import CallReverted, ChainGarbage
from assay.engines.chain.library import Address, to_checksum_address
from assay.errors import FormatError
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.settlement import Leaf, SettlementProof
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.verdict import Check

_NAME = "settlement"


async def check_settlement(chain: Chain, bundle: Bundle, trusted: Address | None = None) -> Check:
    """Whether the chain has the receipt in a batch: by whom, and since when.

    ``trusted``: a contract that is believed whatever its code; any other has to be `Settlement` as we know it, for
    another one could say anything. Raises `FormatError` for what is no receipt, and `ChainError` where the node
    does not answer.
    """
    if bundle.settlement is None:
        return Check.not_applicable(_NAME, "pending: no proof of settlement in the bundle yet")
    leaf = _leaf(bundle)
    try:
        proof = SettlementProof.from_bytes(bundle.settlement)
        proof.check(leaf)
    except FormatError as error:
        return Check.failed(_NAME, error.message)
    if (proof.chain_id, proof.genesis) != (chain.chain_id, chain.genesis):
        return Check.failed(
            _NAME,
            f"the proof is of chain {proof.chain_id} and the node of chain {chain.chain_id},"
            " or of one that was begun anew",
        )
    contract = Settlement(to_checksum_address(proof.contract))
    code = await chain.code(contract.address)
    if contract.address != trusted and code != Artifact.load(contract.artifact).runtime:
        return Check.failed(_NAME, f"at {contract.address} is not the contract that keeps batches")
    return await _check_batch(chain, contract, proof, leaf)


async def _check_batch(chain: Chain, contract: Settlement, proof: SettlementProof, leaf: Leaf) -> Check:
    nothing = Check.failed(_NAME, f"the contract {contract.address} has no such batch")
    try:
        batch = await chain.read(contract.batch(proof.root))
        if batch.size != proof.size:
            return nothing
        # A contract that is trusted whatever its code may count leaves in another way.
        words = leaf.receipt, leaf.payment, leaf.mode
        if not await chain.read(contract.includes(proof.root, proof.index, words, proof.path)):
            return nothing
    except (ChainGarbage, CallReverted):
        return Check.failed(_NAME, f"what is at {contract.address} keeps no batches")
    if not await _is_by(chain, contract, proof):
        return Check.failed(_NAME, "the batch was settled by another transaction than the proof names")
    at = datetime.fromtimestamp(batch.settled_at, UTC)
    return Check.passed(
        _NAME,
        f"receipt {proof.index + 1} of {proof.size} in a batch of {at:%Y-%m-%d %H:%M:%SZ}"
        f" on chain {chain.chain_id}, settled by {batch.settler}",
    )


async def _is_by(chain: Chain, contract: Settlement, proof: SettlementProof) -> bool:
    """Whether the root came by the transaction of the proof, as far as the node remembers transactions."""
    topics = BatchSettled.topic(), proof.root
    return all(
        any(log.address == contract.address and log.topics[:2] == topics for log in receipt.logs)
        for receipt in await chain.receipts([proof.transaction])
    )


def _leaf(bundle: Bundle) -> Leaf:
    payload = Envelope.from_bytes(bundle.receipt).payload
    return Leaf.of(receipt_id(payload), Statement.from_bytes(payload))
