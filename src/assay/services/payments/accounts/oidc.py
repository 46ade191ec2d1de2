"""Logins in place of API keys: an ID token (OpenID Connect Core 1.0 §2) whose groups have a budget here.

A company's people then need no key of Assay's: their own identity provider says who they are and what they belong to.
The node keeps neither their names nor the tokens; who spent is a member of an account, which stands for a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from assay.services.payments.accounts.account import Login
from assay.services.payments.accounts.jwks import KeySet
from assay.trust.metering import CredentialRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only those whose verifier cannot sign."""
_SKEW_SECONDS = 60
"""What the issuer's clock may be ahead of the node's."""
_CHECKED: Options = {
    "require": ["iss", "aud", "exp", "iat", "sub"],
    # The node's own clock says what time it is, see `_check_times`.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens count, and for what."""

    name: str
    """Its URL, as tokens have it (``iss``)."""
    audience: str
    """What tokens have to be for (``aud``)."""
    keys: KeySet
    budgets: Mapping[str, tuple[str, str]]
    """Account and member by group, the first that fits counting."""
    groups_claim: str = "groups"


class OidcLogins:
    """Implements `assay.services.payments.accounts.rail.Logins`."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}

    async def budget(self, credential: str, now: datetime) -> Login | None:
        """What a token opens, until it expires; None if it is no token.

        Raises `CredentialRefused`, and `LoginsUnavailable` when the issuer's keys cannot be had.
        """
        if credential.count(".") != 2:
            return None
        try:
            header = jwt.get_unverified_header(credential)
            claimed = jwt.decode(credential, options={"verify_signature": False})
        except jwt.PyJWTError:
            return None
        issuer = self._issuers.get(str(claimed.get("iss")))
        if issuer is None:
            raise CredentialRefused("This login is of an issuer that this node does not trust.")
        key = await issuer.keys.find(str(header.get("kid")), now)
        if key is None:
            raise CredentialRefused("This login is signed with a key that its issuer does not have.")
        claims = _verified(credential, key, issuer)
        _check_times(claims, now)
        account, member = _budget(claims.get(issuer.groups_claim), issuer)
        return Login(account, member, int(claims["exp"]))


def _verified(token: str, key: jwt.PyJWK, issuer: Issuer) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=issuer.audience,
            issuer=issuer.name,
            options=_CHECKED,
        )
    except jwt.PyJWTError as error:
        raise CredentialRefused(f"This login does not hold: {type(error).__name__}.") from None


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moment = now.timestamp()
    try:
        ends, begins = float(claims["exp"]), float(claims.get("nbf", claims["iat"]))
    except (TypeError, ValueError):
        raise CredentialRefused("This login says no time.") from None
    if moment >= ends:
        raise CredentialRefused("This login has expired.", hint="log in again")
    if moment < begins - _SKEW_SECONDS:
        raise CredentialRefused("This login is not valid yet.", hint="compare the clocks")


def _budget(groups: Any, issuer: Issuer) -> tuple[str, str]:
    belongs_to = {groups} if isinstance(groups, str) else set(_texts(groups))
    for group, budget in issuer.budgets.items():
        if group in belongs_to:
            return budget
    raise CredentialRefused(
        "None of this login's groups has a budget here.", hint="ask whoever holds your company's account"
    )


def _texts(groups: Any) -> list[str]:
    return [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []
