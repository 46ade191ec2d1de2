"""The enclave a node runs in, and the keys it keeps there."""
