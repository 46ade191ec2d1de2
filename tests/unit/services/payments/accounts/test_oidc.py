"""Logins: a token that holds opens its group's budget, and nothing else opens anything."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from assay.services.payments.accounts.account import Kind, Limits, Login
from assay.services.payments.accounts.errors import LimitReached, LoginsUnavailable
from assay.services.payments.accounts.jwks import KeySet, from_file
from assay.services.payments.accounts.oidc import Issuer, OidcLogins
from assay.services.payments.accounts.rail import AccountRail
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.trust.metering import CredentialRefused, Purchase

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ISSUER = "https://login.example.com"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
KEYS: dict[str, tuple[Any, str]] = {
    "rsa": (RSA_KEY, "RS256"),
    "ec": (EC_KEY, "ES256"),
    "ed": (ED_KEY, "EdDSA"),
}
PUBLIC = {
    "keys": [
        RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa", "use": "sig"},
        ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec"},
        OKPAlgorithm.to_jwk(ED_KEY.public_key(), as_dict=True) | {"kid": "ed"},
        {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(b"s" * 32).decode()},
        {"kty": "of the future", "kid": "future"},
    ]
}


def token(key_id: str = "rsa", **changes: object) -> str:
    claims = {
        "iss": ISSUER,
        "aud": "assay",
        "sub": "somebody",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
        "groups": ["all", "engineering"],
    } | changes
    key, algorithm = KEYS[key_id]
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(said, key, algorithm, headers={"kid": key_id})


class Published:
    """An issuer's keys, and how often they were asked for."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        self.asked = 0
        self.down = False

    async def __call__(self) -> bytes:
        self.asked += 1
        if self.down:
            raise OSError("no answer")
        return self.document


@pytest.fixture
def published() -> Published:
    return Published(json.dumps(PUBLIC).encode())


@pytest.fixture
def logins(published: Published) -> OidcLogins:
    budgets = {"interns": ("acme", "interns"), "engineering": ("acme", "engineering")}
    return OidcLogins([Issuer(ISSUER, "assay", KeySet(published), budgets)])


@pytest.mark.parametrize("key_id", KEYS)
async def test_a_login_opens_its_groups_budget(logins: OidcLogins, key_id: str) -> None:
    opened = await logins.budget(token(key_id), NOW)
    assert opened == Login("acme", "engineering", int((NOW + timedelta(hours=1)).timestamp()))


async def test_the_first_budget_that_fits_counts(logins: OidcLogins) -> None:
    for groups in (["engineering", "interns"], "interns"):
        opened = await logins.budget(token(groups=groups), NOW)
        assert opened is not None
        assert opened.member == "interns"


@pytest.mark.parametrize(
    "credential", ["assay-key", "", "a.b", "a.b.c", "..", "eyJhbGciOiJub25lIn0.x.y", "0x00"]
)
async def test_what_is_no_token_is_somebody_elses_to_judge(logins: OidcLogins, credential: str) -> None:
    assert await logins.budget(credential, NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.example.org"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": int(NOW.timestamp())},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(NOW.timestamp()) + 61},
        {"nbf": int(NOW.timestamp()) + 61},
        {"sub": None},
        {"groups": []},
        {"groups": None},
        {"groups": "all"},
        {"groups": {"engineering": True}},
        {"groups": [["engineering"], 7]},
    ],
    ids=str,
)
async def test_a_login_that_does_not_hold(logins: OidcLogins, changes: dict[str, object]) -> None:
    presented = token(**changes)
    with pytest.raises(CredentialRefused) as refused:
        await logins.budget(presented, NOW)
    assert presented not in str(refused.value)


def forged() -> list[str]:
    head, claims, signature = token().split(".")
    other = rsa.generate_private_key(65537, 2048)
    said = jwt.decode(token(), options={"verify_signature": False})
    richer = (
        base64.urlsafe_b64encode(json.dumps(said | {"groups": ["interns"]}).encode()).decode().rstrip("=")
    )
    return [
        f"{head}.{richer}.{signature}",
        f"{head}.{claims}.",
        jwt.encode(said, other, "RS256", headers={"kid": "rsa"}),
        jwt.encode(said, other, "RS256", headers={"kid": "unheard of"}),
        jwt.encode(said, other, "RS256"),
        jwt.encode(said, None, "none", headers={"kid": "rsa"}),
        jwt.encode(said, b"s" * 32, "HS256", headers={"kid": "shared"}),
        jwt.encode(said, b"s" * 32, "HS256", headers={"kid": "rsa"}),
        jwt.encode(said, EC_KEY, "ES256", headers={"kid": "rsa"}),
    ]


@pytest.mark.parametrize("forgery", forged())
async def test_a_forged_login(logins: OidcLogins, forgery: str) -> None:
    with pytest.raises(CredentialRefused):
        await logins.budget(forgery, NOW)


async def test_keys_are_kept_and_asked_for_again(logins: OidcLogins, published: Published) -> None:
    for _ in range(5):
        await logins.budget(token(), NOW)
    assert published.asked == 1
    stranger = jwt.encode({"iss": ISSUER}, EC_KEY, "ES256", headers={"kid": "new"})
    for _ in range(5):
        with pytest.raises(CredentialRefused):
            await logins.budget(stranger, NOW + timedelta(seconds=31))
    assert published.asked == 2, "whoever makes names up has the issuer asked once in a while only"
    await logins.budget(token(exp=2**33), NOW + timedelta(hours=2))
    assert published.asked == 3


async def test_an_issuer_that_does_not_answer(logins: OidcLogins, published: Published) -> None:
    published.down = True
    for _ in range(3):
        with pytest.raises(LoginsUnavailable):
            await logins.budget(token(), NOW)
    assert published.asked == 1
    published.down = False
    assert await logins.budget(token(), NOW + timedelta(minutes=1)) is not None
    published.down = True
    assert await logins.budget(token(exp=2**33), NOW + timedelta(hours=2)) is not None, (
        "keys that were had stay"
    )


@pytest.mark.parametrize(
    "document", [b"", b"[]", b'{"keys": 7}', b'{"keys": [7, {}]}', b'{"keys": [{"kty": "RSA"}]}']
)
async def test_keys_that_are_none(tmp_path: Path, document: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(document)
    keys = KeySet(from_file(tmp_path / "keys.json"))
    with pytest.raises(LoginsUnavailable):
        await keys.find("rsa", NOW)


async def test_a_login_spends_within_its_groups_limits_until_it_ends(
    logins: OidcLogins, tmp_path: Path
) -> None:
    clock = [NOW]
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    rail = AccountRail(ledger, bytes(32), lambda: clock[0], logins)
    credential = token(exp=int(NOW.timestamp()) + 5)

    def purchase(maximum: int) -> Purchase:
        return Purchase(credential, "POST", "/v1/chat/completions", {}, b"{}", "model", maximum)

    with pytest.raises(CredentialRefused, match="group"):
        await rail.reserve(purchase(1))
    account = await ledger.open_account("acme")
    await ledger.deposit(account, 1000, Kind.CASH, "invoice 1", NOW)
    await ledger.let_spend(account, "engineering", Limits(per_day=100))
    await rail.reserve(purchase(60))
    with pytest.raises(LimitReached, match="40 left today"):
        await rail.reserve(purchase(41))
    clock[0] += timedelta(seconds=5)
    with pytest.raises(CredentialRefused, match="expired"):
        await rail.reserve(purchase(1))
    await ledger.aclose()
