"""Transparency logs, the reader's side: Merkle proofs, signed notes, checkpoints, tiles (RFC 9162, C2SP)."""

from __future__ import annotations

from assay.trust.transparency.checkpoint import Checkpoint, open_checkpoint
from assay.trust.transparency.cosignature import CosignatureSigner, CosignatureVerifier, cosigned_at
from assay.trust.transparency.merkle import (
    EMPTY_ROOT,
    CompactRange,
    ProofError,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from assay.trust.transparency.note import NoteError, NoteSignature, NoteSigner, NoteVerifier, SignedNote
from assay.trust.transparency.proof import LogProof, verify_log_proof

__all__ = [
    "EMPTY_ROOT",
    "Checkpoint",
    "CompactRange",
    "CosignatureSigner",
    "CosignatureVerifier",
    "LogProof",
    "NoteError",
    "NoteSignature",
    "NoteSigner",
    "NoteVerifier",
    "ProofError",
    "SignedNote",
    "cosigned_at",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_log_proof",
]
