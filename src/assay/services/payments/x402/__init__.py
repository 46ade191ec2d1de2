"""Payments by signature in the words of x402 (versions 2 and 1), each bound to the request that it pays for.

PyPI's ``x402``, on whose types this stands, is imported by a node that is paid over a chain, and by no other.
"""
