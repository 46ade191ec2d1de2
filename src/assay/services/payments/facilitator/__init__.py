"""A facilitator of x402 for other merchants: it checks payments to them, and has them made on the chain.

`app` speaks HTTP, `service` has the rules, `settling` the transactions, `settlements` the table of them.
"""
