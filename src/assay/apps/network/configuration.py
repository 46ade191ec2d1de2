"""The operator's file, ``assay.toml``: what a node serves and speaks, the enclave it opens, and how it is paid."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from assay.apps.network.enclave import EnclaveSettings
from assay.apps.network.home import Home
from assay.apps.network.logins import LoginSettings
from assay.apps.network.opengradient import is_switched_on
from assay.apps.network.payments import PaymentSettings
from assay.apps.network.storage import StorageSettings
from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.configuration import read_catalogue
from assay.engines.inference.settings import Settings
from assay.errors import ConfigError

_NAME = "assay.toml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The file as a node reads it when it starts; one that is not there says nothing."""

    catalogue: Catalogue
    enclave: EnclaveSettings
    payments: PaymentSettings
    storage: StorageSettings
    logins: tuple[LoginSettings, ...]
    opengradient: bool
    """Whether the node speaks that network's dialect, too."""
    digest: bytes
    """SHA-384 of the file's bytes, as `assay enclave measure` foretells it."""

    @classmethod
    def load(cls, home: Home, environment: Mapping[str, str]) -> Configuration:
        """Read the file in ``home``, completed by the providers whose keys are in ``environment``.

        Raises `ConfigError` naming the table and key at fault.
        """
        content = _content(home)
        with _parse(content) as file:
            enclave = EnclaveSettings.read(file.table("enclave"))
            payments = PaymentSettings.read(file.table("payments"))
            storage = StorageSettings.read(file.table("storage"), environment)
            logins = LoginSettings.read_all(file)
            opengradient = is_switched_on(file.table("opengradient"))
            catalogue = read_catalogue(file, environment)
            digest = hashlib.sha384(content).digest()
            return cls(catalogue, enclave, payments, storage, logins, opengradient, digest)


def load_enclave_settings(home: Home) -> EnclaveSettings:
    """The table ``[enclave]`` alone, for a reader without the node's environment. Raises `ConfigError`."""
    with _parse(_content(home)) as file:
        settings = EnclaveSettings.read(file.table("enclave"))
        file.rest()
        return settings


def load_storage_settings(home: Home, environment: Mapping[str, str]) -> StorageSettings:
    """The table ``[storage]`` alone. Raises `ConfigError`."""
    with _parse(_content(home)) as file:
        settings = StorageSettings.read(file.table("storage"), environment)
        file.rest()
        return settings


def _content(home: Home) -> bytes:
    return home.catalogue.read_bytes() if home.catalogue.exists() else b""


def _parse(content: bytes) -> Settings:
    try:
        return Settings.parse(content.decode(), _NAME)
    except UnicodeDecodeError:
        raise ConfigError(f"{_NAME} is not UTF-8", hint="save it as UTF-8, as TOML demands") from None
