"""Payments over a channel: one deposit in a contract, and then a signature a call, each for all that was ever due.

The wire format and the typed data are those of x402's scheme ``batch-settlement``.
"""
