"""Who pays where: by what they came with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.rail import AccountRail, AccountReservation
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.services.payments.till import Till
from assay.trust.metering import CredentialRefused, PaymentError, Purchase, Reservation

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Gate:
    """A gate at which nobody comes further."""

    def demand(self, purchase: Purchase) -> PaymentError:
        return PaymentError("asked to pay")

    async def reserve(self, purchase: Purchase) -> Reservation:
        raise PaymentError("brought a payment")


@pytest.fixture
def ledger(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.sqlite")


@pytest.fixture
def accounts(ledger: SqliteLedger) -> AccountRail:
    return AccountRail(ledger, bytes(32), lambda: NOW)


def purchase(credential: str = "", **headers: str) -> Purchase:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Purchase(credential, "POST", "/v1/chat/completions", named, b"{}", "model", 5)


@pytest.mark.parametrize("credential", ["", "0x0000"])
async def test_who_has_no_account_is_asked_to_pay(accounts: AccountRail, credential: str) -> None:
    with pytest.raises(PaymentError, match="asked to pay"):
        await Till(accounts, Gate()).reserve(purchase(credential))


@pytest.mark.parametrize("credential", ["", "0x0000", "assay-key"])
@pytest.mark.parametrize("header", ["payment_signature", "x_payment"])
async def test_who_brings_a_payment_pays_by_it(accounts: AccountRail, credential: str, header: str) -> None:
    with pytest.raises(PaymentError, match="brought a payment"):
        await Till(accounts, Gate()).reserve(purchase(credential, **{header: "anything"}))


async def test_who_has_an_account_pays_from_it(accounts: AccountRail, ledger: SqliteLedger) -> None:
    key = await open_with_play_money(ledger, "tests", 100, NOW)
    assert isinstance(await Till(accounts, Gate()).reserve(purchase(key)), AccountReservation)


@pytest.mark.parametrize("credential", ["assay-nobody", "sk-of-another-gateway"])
async def test_a_key_that_opens_nothing_is_no_wallet(accounts: AccountRail, credential: str) -> None:
    with pytest.raises(CredentialRefused):
        await Till(accounts, Gate()).reserve(purchase(credential))


@pytest.mark.parametrize("header", ["payment_signature", "x_payment", "other"])
async def test_a_node_without_a_chain_knows_accounts_only(accounts: AccountRail, header: str) -> None:
    with pytest.raises(CredentialRefused):
        await Till(accounts).reserve(purchase("", **{header: "anything"}))


async def test_what_costs_nothing_is_for_holders_of_accounts(
    accounts: AccountRail, ledger: SqliteLedger
) -> None:
    till = Till(accounts, Gate())
    await till.admit(await open_with_play_money(ledger, "tests", 0, NOW))
    with pytest.raises(CredentialRefused):
        await till.admit("")
