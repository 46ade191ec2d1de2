"""The stock OpenAI SDK: first as it is, then over a transport that verifies.

assay up --detach
eval "$(assay env)"
python examples/openai_sdk.py
"""

from __future__ import annotations

import openai

import assay


def ask(client: openai.OpenAI) -> str | None:
    completion = client.chat.completions.create(
        model="smollm2-135m", messages=[{"role": "user", "content": "Name one planet."}]
    )
    return completion.choices[0].message.content


# As it is, told where the gateway is by OPENAI_BASE_URL alone: every answer brings a receipt, and nobody looks at it.
print("unverified:", ask(openai.OpenAI()))

# The same SDK over Assay's transport: an answer that does not verify raises `AnswerRefused` in place of being returned.
seen: list[assay.Verified] = []
print("verified:  ", ask(assay.openai(on_verified=seen.append)))
print(seen[0].verdict.level, "receipt", seen[0].receipt.id)
