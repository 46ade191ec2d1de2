"""Brings receipts and payments to the chain, in batches: each a transaction that does all of it or nothing.

    log -> intake: every receipt is checked, and becomes a leaf -> cut: a batch is written down -> sent, once
        -> seen in a block -> each payment's outcome into the books -> proofs

Where a batch has got to is in tables that are written before anything is done about it, so whatever ends the process,
the next one goes on from there. `settler` puts the parts together.
"""
