"""The account rail: who is let in, what a refusal says, and what a receipt does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.services.payments.accounts.account import Limits
from assay.services.payments.accounts.errors import LimitReached, ModelNotAllowed
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.purse import Left
from assay.services.payments.accounts.rail import AccountRail
from assay.services.payments.accounts.seal import Seal
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.trust.metering import BudgetSpent, CredentialRefused, PaymentError, Purchase

SEALING_KEY = bytes(range(32))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return SqliteLedger(tmp_path / "ledger.sqlite")


@pytest.fixture
def rail(ledger: Ledger, clock: Clock) -> AccountRail:
    return AccountRail(ledger, SEALING_KEY, clock)


def purchase(credential: str, maximum: int, model: str = "model") -> Purchase:
    return Purchase(credential, "POST", "/v1/chat/completions", {}, b"{}", model, maximum)


async def team(ledger: Ledger, clock: Clock, limits: Limits, funds: int = 1000) -> str:
    """The key of a member of a new account."""
    await open_with_play_money(ledger, "acme", funds, clock())
    account = await ledger.account("acme")
    await ledger.let_spend(account, "team", limits)
    return await ledger.issue_key(account, "team")


@pytest.mark.parametrize("key", ["", "assay-nobody", "assay-nobody\n", "x" * 100_000])
async def test_a_key_that_opens_nothing(rail: AccountRail, ledger: Ledger, clock: Clock, key: str) -> None:
    await open_with_play_money(ledger, "somebody", 100, clock())
    with pytest.raises(CredentialRefused) as refused:
        await rail.reserve(purchase(key, 0))
    assert key == "" or key not in str(refused.value)
    with pytest.raises(CredentialRefused):
        await rail.admit(key)
    with pytest.raises(CredentialRefused):
        await rail.left(key)


@pytest.mark.parametrize(
    ("limits", "maximum", "model", "kind", "words"),
    [
        (Limits(), 1001, "model", BudgetSpent, "the account has 1000 left."),
        (Limits(total=300), 301, "model", LimitReached, "this budget has 300 left."),
        (Limits(per_day=200), 201, "model", LimitReached, "this budget has 200 left today."),
        (Limits(per_call=100), 101, "model", LimitReached, "one call of this budget at most 100."),
        (Limits(models=("cheap", "small")), 1, "large", ModelNotAllowed, "it is for cheap, small"),
        (Limits(total=0), 1, "model", LimitReached, "this budget has 0 left."),
    ],
)
async def test_a_refusal_says_what_is_left(
    rail: AccountRail, ledger: Ledger, clock: Clock, limits: Limits, maximum: int, model: str,
    kind: type[PaymentError], words: str,
) -> None:  # fmt: skip
    key = await team(ledger, clock, limits)
    with pytest.raises(kind) as refused:
        await rail.reserve(purchase(key, maximum, model))
    assert words in str(refused.value)
    await rail.reserve(purchase(key, maximum - 1, "cheap"))


async def test_what_is_under_way_counts(rail: AccountRail, ledger: Ledger, clock: Clock) -> None:
    key = await team(ledger, clock, Limits(total=500, per_day=400, per_call=300))
    first = await rail.reserve(purchase(key, 300))
    assert await rail.left(key) == Left(account=700, total=200, day=100, call=100)
    with pytest.raises(LimitReached, match="100 left today"):
        await rail.reserve(purchase(key, 101))
    first.commit(50, 0)
    assert await rail.left(key) == Left(account=950, total=450, day=350, call=300)


async def test_members_spend_out_of_one_account(rail: AccountRail, ledger: Ledger, clock: Clock) -> None:
    key = await team(ledger, clock, Limits(total=900))
    owner = await ledger.issue_key(await ledger.account("acme"))
    (await rail.reserve(purchase(owner, 700))).commit(600, 0)
    with pytest.raises(BudgetSpent, match="the account has 400 left"):
        await rail.reserve(purchase(key, 401))
    assert (await rail.left(owner)) == Left(400, None, None, 400)


async def test_a_day_ends_at_midnight_utc(rail: AccountRail, ledger: Ledger, clock: Clock) -> None:
    key = await team(ledger, clock, Limits(per_day=100))
    (await rail.reserve(purchase(key, 100))).commit(100, 0)
    with pytest.raises(LimitReached, match="0 left today"):
        await rail.reserve(purchase(key, 1))
    await rail.flush()
    clock.now += timedelta(minutes=1)
    await rail.reserve(purchase(key, 100))


async def test_a_key_taken_back_opens_nothing_ten_seconds_later(
    rail: AccountRail, ledger: Ledger, clock: Clock
) -> None:
    key = await team(ledger, clock, Limits())
    await rail.reserve(purchase(key, 1))
    await ledger.issue_key(await ledger.account("acme"), "team", only=True)
    clock.now += timedelta(seconds=10)
    with pytest.raises(CredentialRefused):
        await rail.reserve(purchase(key, 1))


async def test_a_key_is_kept_as_a_digest_only(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    key = await open_with_play_money(ledger, "somebody", 100, clock())
    await ledger.aclose()
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.iterdir())


async def test_receipts_of_one_member_cannot_be_linked(
    rail: AccountRail, ledger: Ledger, clock: Clock
) -> None:
    """The reference in the public log is new each time, and only the sealing key reads it."""
    key = await open_with_play_money(ledger, "somebody", 100, clock())
    references = {(await rail.reserve(purchase(key, 1))).claim(1, False).reference for _ in range(10)}
    assert len(references) == 10
    holder = await ledger.holder_of(key)
    assert holder is not None
    assert {Seal(SEALING_KEY).open(reference) for reference in references} == {holder.member.id}
    assert {Seal(bytes(32)).open(reference) for reference in references} == {None}
