"""What the benchmark of payments is made of: a chain with people, a node that is paid, one that is not, and callers."""
