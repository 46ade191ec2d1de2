"""Who may grant what to whom, and who may take it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.engines.wallets.mandates import (
    AGENT,
    MANDATE,
    OWNER,
    ROOT,
    STRANGER,
    SUB_AGENT,
    lower,
    sub_budget,
)

from assay.engines.chain.account import Account
from assay.engines.wallets.mandate import DEEPEST, Mandate, Revocation, SignedBudget
from assay.errors import FormatError
from assay.trust.payments.errors import BudgetUnproven

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_json_and_back() -> None:
    assert Mandate.from_json(SUB_AGENT.mandate.to_json()) == SUB_AGENT.mandate
    assert SUB_AGENT.mandate.budget.total == 60
    assert SUB_AGENT.mandate.ids[0] == MANDATE.id == SUB_AGENT.mandate.budget.parent


@pytest.mark.parametrize("signer", [STRANGER, AGENT.account])
def test_only_the_owner_grants(signer: Account) -> None:
    with pytest.raises(BudgetUnproven, match="not signed"):
        Mandate.verify([SignedBudget.grant(ROOT, signer)])


def test_what_is_signed_is_all_of_it() -> None:
    signed = SignedBudget.grant(ROOT, OWNER)
    for changed in (
        replace(ROOT, total=501),
        replace(ROOT, models=("*",)),
        replace(ROOT, expiry=ROOT.expiry + 1),
    ):
        with pytest.raises(BudgetUnproven, match="not signed"):
            Mandate.verify([SignedBudget(changed, signed.signature)])


def test_the_second_signature_that_every_digest_has_counts_for_nothing() -> None:
    signature = MANDATE.signed[0].signature
    mirrored = (
        signature[:32]
        + (_ORDER - int.from_bytes(signature[32:64])).to_bytes(32)
        + bytes([55 - signature[64]])
    )
    with pytest.raises(BudgetUnproven, match="not signed"):
        Mandate.verify([SignedBudget(ROOT, mirrored)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": 501}, "more money"),
        ({"models": ("*",)}, "more models"),
        ({"parent": "ab" * 32}, "one above the other"),
        ({"owner": lower(OWNER)}, "not signed"),
    ],
)
def test_a_sub_budget_cannot_widen(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BudgetUnproven, match=reason):
        MANDATE.granting(sub_budget(**changes))


def test_a_sub_budget_needs_all_above_it() -> None:
    root, sub = SUB_AGENT.mandate.signed
    for signed in ([sub], [sub, root], [root, root], []):
        with pytest.raises(BudgetUnproven):
            Mandate.verify(signed)


def test_the_owner_cannot_grant_below_an_agent() -> None:
    with pytest.raises(BudgetUnproven, match="not signed"):
        MANDATE.granting(SignedBudget.grant(sub_budget().budget, OWNER))


def test_how_deep() -> None:
    mandate = MANDATE
    while len(mandate.ids) < DEEPEST:
        next_budget = replace(
            ROOT, owner=lower(AGENT.account), agent_key=lower(AGENT.account), parent=mandate.id
        )
        mandate = mandate.granting(SignedBudget.grant(next_budget, AGENT.account))
    with pytest.raises(BudgetUnproven, match="9 budgets"):
        mandate.granting(SignedBudget.grant(replace(next_budget, parent=mandate.id), AGENT.account))


def test_who_takes_back() -> None:
    mandate = SUB_AGENT.mandate
    for signer in (OWNER, AGENT.account):
        assert Revocation.issue(mandate.id, signer).takes_back(mandate)
    assert Revocation.issue(MANDATE.id, OWNER).takes_back(mandate), "with the one above it"
    for signer in (STRANGER, SUB_AGENT.account):
        assert not Revocation.issue(mandate.id, signer).takes_back(mandate)
    assert not Revocation.issue(MANDATE.id, AGENT.account).takes_back(mandate), (
        "of what it was granted itself"
    )
    assert not Revocation.issue(mandate.id, OWNER).takes_back(MANDATE), "the one above stays"


@pytest.mark.parametrize("value", [None, {}, [None], [{}], [{"budget": 3, "signature": "0x"}], "budgets"])
def test_what_is_no_mandate(value: Any) -> None:
    with pytest.raises((FormatError, BudgetUnproven)):
        Mandate.from_json(value)
