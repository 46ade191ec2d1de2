"""Verify a bundle on a machine that has no network, with a policy that names whom to believe.

python examples/verify_offline.py call.assay trust.json
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import assay

bundle, trust = map(Path, sys.argv[1:])
policy = assay.Policy.from_bytes(trust.read_bytes())

# The verifier reads no clock and no file: it is told the time, and judges the bytes.
verdict = assay.verify_file(bundle.read_bytes(), policy, datetime.now(UTC))

for check in verdict.checks:
    print(f"{check.status:>14}  {check.name:<10} {check.detail}")
print(verdict.level)
sys.exit(0 if verdict.level.meets(policy.floor) else 1)
