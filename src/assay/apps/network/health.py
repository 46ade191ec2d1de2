"""What a gateway says about itself when it is asked how it is."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class EnclaveHealth:
    """Where the gateway's evidence comes from."""

    family: str
    """The format: ``nitro``, ``snp`` or ``tdx``."""
    kind: str
    """What its root is: ``production``, ``debug`` or ``simulated``."""

    def __str__(self) -> str:
        if self.kind == "simulated":
            return f"SIMULATED ({self.family} format), which proves nothing about hardware"
        return f"{self.family}, under a {self.kind} root"


@dataclass(frozen=True, slots=True)
class Health:
    """The contents of ``/health``."""

    version: str
    log_size: int
    """Receipts in the log."""
    log_integrated: int
    """How many of them a checkpoint covers."""
    enclave: EnclaveHealth
    providers: Mapping[str, str]
    """Of each provider by name: ``starting``, ``ready`` or ``failed``."""

    @property
    def is_starting(self) -> bool:
        return "starting" in self.providers.values()


def ask_health(url: str) -> Health | None:
    """Ask the gateway at ``url``; None when no gateway answers there in three seconds."""
    # Not by httpx2: `assay status` should not wait for its import.
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = orjson.loads(connection.getresponse().read())
        log, enclave = answer["log"], EnclaveHealth(**answer["enclave"])
        return Health(answer["version"], log["size"], log["integrated"], enclave, answer["providers"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
