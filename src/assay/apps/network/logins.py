"""Whose logins open accounts of a node, by the groups that they name.

    [[logins]]
    issuer = "https://login.example.com"
    audience = "assay"
    jwks = "https://login.example.com/keys"

    [logins.budgets]
    engineering = "acme/engineering"

``jwks`` may be a file, too; a path that is not absolute begins in the node's home. A budget is ``ACCOUNT/MEMBER``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assay.apps.network.home import Home
from assay.engines.inference.settings import Settings
from assay.errors import ConfigError

if TYPE_CHECKING:
    from assay.services.payments.accounts.oidc import OidcLogins

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OidcExtraMissing(ConfigError):
    """Logins are read by a package that is an optional extra."""

    code = "oidc_extra_missing"
    hint = "install the extra: `pip install 'assay[oidc]'`"


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """One table of ``[[logins]]``."""

    issuer: str
    audience: str
    jwks: str
    groups_claim: str
    budgets: dict[str, tuple[str, str]]

    @classmethod
    def read_all(cls, file: Settings) -> tuple[LoginSettings, ...]:
        """Raises `ConfigError` naming the setting at fault."""
        tables = (Settings(table, f"logins[{number}]") for number, table in enumerate(file.tables("logins")))
        return tuple(cls._read(table) for table in tables)

    @classmethod
    def _read(cls, table: Settings) -> LoginSettings:
        with table:
            budgets = table.table("budgets")
            if budgets is None:
                raise ConfigError(
                    f"{table.where} needs `budgets`",
                    hint='say whose: [logins.budgets] group = "account/member"',
                )
            return cls(
                issuer=table.required_text("issuer"),
                audience=table.required_text("audience"),
                jwks=_source(table.required_text("jwks"), table.where),
                groups_claim=table.text("groups_claim") or "groups",
                budgets={group: _budget(value, budgets.where) for group, value in budgets.rest().items()},
            )


def open_logins(settings: Iterable[LoginSettings], home: Home) -> OidcLogins | None:
    """None where no issuer is trusted. Raises `OidcExtraMissing`."""
    settings = tuple(settings)
    if not settings:
        return None
    try:
        from assay.services.payments.accounts.jwks import KeySet, from_file, from_url
        from assay.services.payments.accounts.oidc import Issuer, OidcLogins
    except ImportError as missing:
        raise OidcExtraMissing(f"The package {missing.name} is not installed.") from missing
    return OidcLogins(
        Issuer(
            one.issuer,
            one.audience,
            KeySet(from_url(one.jwks) if "://" in one.jwks else from_file(home.root / one.jwks)),
            one.budgets,
            one.groups_claim,
        )
        for one in settings
    )


def _source(text: str, where: str) -> str:
    """Keys decide who may spend: over the network they come by TLS."""
    url = urlsplit(text)
    if "://" in text and url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ConfigError(f"{where}.jwks is fetched over https only", hint="give an https URL, or a file")
    return text


def _budget(value: Any, where: str) -> tuple[str, str]:
    account, _, member = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not account or not member:
        raise ConfigError(f"{where} maps groups to ACCOUNT/MEMBER", hint='write it like "acme/engineering"')
    return account, member
