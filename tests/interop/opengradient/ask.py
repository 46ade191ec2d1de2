"""OpenGradient's own SDK, unmodified, in an environment of its own: `python ask.py < what.json > answers.json`.

What: ``{"key", "url", "rpc", "registry"}``, addresses and a private key. BASE_MAINNET_RPC has to be the chain's URL.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from typing import Any

import opengradient as og
from opengradient.client.tee_registry import TEERegistry
from opengradient.client.tee_verify import (
    build_inner_request,
    pem_from_der,
    response_content_for_hash,
    verify_response,
)

MODEL = og.TEE_LLM.GPT_4_1_MINI
HELLO = [{"role": "user", "content": "Say hello."}]
WEATHER = [{"role": "user", "content": '!!tool weather {"city": "Oslo"}'}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
HEADERS = {"Authorization": "Bearer 0x00", "X-SETTLEMENT-TYPE": "batch"}


def text_of(output: og.TextGenerationOutput) -> dict[str, Any]:
    return {
        "chat": output.chat_output,
        "completion": output.completion_output,
        "finish_reason": output.finish_reason,
        "usage": output.usage,
        "signature": output.tee_signature,
        "tee_id": output.tee_id,
        "payee": output.tee_payment_address,
    }


async def streamed(llm: og.LLM) -> dict[str, Any]:
    chunks = [chunk async for chunk in await llm.chat(model=MODEL, messages=HELLO, stream=True)]
    return {
        "text": "".join(chunk.choices[0].delta.content or "" for chunk in chunks),
        "final": [chunk.is_final for chunk in chunks],
        "signature": chunks[-1].tee_signature,
        "usage": vars(chunks[-1].usage),
    }


async def verified(llm: og.LLM, signing_key: bytes, body: dict[str, Any]) -> dict[str, Any]:
    """A call by the client's own paying transport, judged as `ConfidentialLLM` does."""
    tee = llm.resolve_tee_connection()
    wire, canonical = build_inner_request(body)
    request = json.dumps(wire).encode()
    headers = HEADERS | {"Content-Type": "application/json"}
    url = f"{tee.endpoint}/v1/chat/completions"
    response = await tee.http_client.post(url, content=request, headers=headers)
    answer = response.json()
    proof = verify_response(
        canonical_request=canonical,
        response_body=answer,
        response_content=response_content_for_hash(answer),
        signing_key_pem=pem_from_der(signing_key),
        expected_tee_id=tee.tee_id,
    )
    return {
        "request": request.decode(),
        "answer": base64.b64encode(response.content).decode(),
        "receipt": response.headers["assay-receipt"],
        "opengradient": answer["opengradient"],
        "tee_id": proof.tee_id,
    }


async def main(what: dict[str, str]) -> dict[str, Any]:
    llm = og.LLM(what["key"], rpc_url=what["rpc"], tee_registry_address=what["registry"])
    (listed,) = TEERegistry(what["rpc"], what["registry"]).get_active_tees_by_type(0)
    approvals = [vars(llm.ensure_opg_approval(5.0)) for _ in range(2)]
    private = og.x402SettlementMode.PRIVATE
    answers = {
        "approvals": approvals,
        "chat": text_of(await llm.chat(model=MODEL, messages=HELLO)),
        "again": text_of(await llm.chat(model=MODEL, messages=HELLO, x402_settlement_mode=private)),
        "tools": text_of(await llm.chat(model=MODEL, messages=WEATHER, tools=TOOLS)),
        "stream": await streamed(llm),
        "completion": text_of(await llm.completion(model=MODEL, prompt="2+2=")),
        "verified": await verified(
            llm,
            listed.signing_public_key_der,
            {"model": "gpt-4.1-mini", "messages": HELLO, "temperature": 0.3},
        ),
        "verified_tools": await verified(
            llm,
            listed.signing_public_key_der,
            {"model": "TEE_LLM.GPT_4_1_MINI", "messages": WEATHER, "tools": TOOLS, "temperature": 0},
        ),
    }
    await llm.close()
    direct = og.LLM.from_url(what["key"], what["url"])
    answers["direct"] = text_of(await direct.chat(model=MODEL, messages=HELLO))
    await direct.close()
    return answers


if __name__ == "__main__":
    json.dump(asyncio.run(main(json.load(sys.stdin))), sys.stdout)
