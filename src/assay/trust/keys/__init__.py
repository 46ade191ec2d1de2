"""Who may sign for a node, and until when.

A node has one long-lived identity, which policies pin. It signs no receipt: it certifies the key that an enclave makes
anew at each boot, takes such a key back when it was lost, and names its own successor.
"""
