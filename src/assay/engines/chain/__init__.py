"""EVM chains: the one of this machine and any other that speaks Ethereum's JSON-RPC, by the same code."""
