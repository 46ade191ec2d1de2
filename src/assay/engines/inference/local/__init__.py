"""The model that comes with Assay, in a process of its own.

A 135M chat model, an embedding model and a painter of test pictures prove the whole pipeline without a key,
a GPU or a network. They are demo quality and say so. The gateway's process loads none of their libraries:
it starts ``python -m assay.engines.inference.local`` and talks HTTP to it over Unix sockets that only this
user can reach.
"""

from __future__ import annotations
