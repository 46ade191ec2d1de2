"""The client that pays: a 402 is answered from a wallet, within a budget, and to nobody but a payee who is trusted.

    402, demand -> is it allowed? -> reserve in the budget -> sign -> answer, receipt -> does it charge what was signed?

PyPI's ``x402`` and the packages of the extra ``chain`` are imported by who pays, and by nobody else.
"""
