"""A stream of which each word is shown once a signed head covers it; then the bundle, written to a file.

assay up --detach
python examples/stream_verified.py            # writes call.assay
"""

from __future__ import annotations

from pathlib import Path

import assay

with assay.Client() as client:
    stream = client.chat.completions.create(
        model="smollm2-135m",
        messages=[{"role": "user", "content": "Write one short sentence about honesty."}],
        temperature=0,
        stream=True,
    )
    for piece in stream.text:
        print(piece, end="", flush=True)
    print()

    # The receipt came with the last event. The log's proof follows within a second; `complete` waits for it.
    bundle = stream.bundle(complete=True)

Path("call.assay").write_bytes(bundle.to_bytes())
print(stream.verdict.level, "receipt", stream.receipt.id)
