"""The stock Anthropic SDK over a transport that verifies, asking a model that speaks OpenAI's dialect.

assay up --detach
python examples/anthropic_sdk.py
"""

from __future__ import annotations

import assay

seen: list[assay.Verified] = []
with assay.anthropic(on_verified=seen.append) as client:
    message = client.messages.create(
        model="smollm2-135m", max_tokens=40, messages=[{"role": "user", "content": "Name one planet."}]
    )

for block in message.content:
    if block.type == "text":
        print(block.text)

statement = seen[0].receipt.statement
print(seen[0].verdict.level, f"asked {statement.operation}, translated to {statement.upstream.operation}")
