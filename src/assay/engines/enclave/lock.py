"""The lock: which version of each package is meant, as pip reads it (``--constraint``)."""

from __future__ import annotations

import re

from assay.engines.enclave.package import PackageUnfit
from assay.engines.enclave.packages import Packages

_PIN = re.compile(r"^([A-Za-z0-9._-]+)\s*==\s*([^\s;\\]+)", re.MULTILINE)


def require_locked(packages: Packages, lock: bytes) -> None:
    """Raises `PackageUnfit` for a package in another version than ``lock`` pins; it need not pin them all."""
    pins = {_normal(name): version for name, version in _PIN.findall(lock.decode("utf-8", "replace"))}
    for package in packages:
        wanted = pins.get(_normal(package.name), package.version)
        if package.version != wanted:
            raise PackageUnfit(f"{package.name} is installed as {package.version}, and locked to {wanted}")


def _normal(name: str) -> str:
    """Names that mean the same project (PyPA specification "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()
