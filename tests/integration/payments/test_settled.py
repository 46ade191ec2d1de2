"""What `assay verify --chain` says of a bundle: whether the chain has what its proof of settlement claims."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.integration.payments.conftest import Payer, Town
from tests.integration.payments.shop import Shop
from tests.unit.trust.receipts.office import NOW

from assay.apps.cli.main import assay
from assay.apps.network.home import Home
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.deployments import Planned, deploy
from assay.engines.chain.settled import check_settlement
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market
from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.settlement import Leaf, SettlementProof
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.verdict import Status


@pytest.fixture
async def settled(
    tmp_path: Path,
    town: Town,
    town_home: Home,
    market: Market,
    till: Till,
    gate: Gate,
    books: SqliteBooks,
    payer: Payer,
) -> tuple[Bundle, SettlementProof]:
    """A receipt of three that are on the chain."""
    shop = Shop(tmp_path, town, town_home, market, till, gate, books)
    sold = [await shop.sell(payer), shop.logged(), shop.logged()]
    async with shop.settler() as settler:
        await settler.settle_now()
        proof = settler.proof(sold[0].receipt)
    bundle = Bundle(shop.office.log.entry(0), proof=shop.office.log.prove(0), settlement=proof.to_bytes())
    (tmp_path / "policy.json").write_text(json.dumps(shop.office.policy(nonce=None).to_json()))
    shop.office.log.close()
    return bundle, proof


async def test_the_chain_has_it(settled: tuple[Bundle, SettlementProof], town: Town) -> None:
    bundle, _ = settled
    check = await check_settlement(town.chain, bundle)
    assert check.status is Status.PASSED
    assert check.detail.startswith("receipt 1 of 3 in a batch of 20")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda proof: replace(proof, index=1), "does not lead from this receipt"),
        (lambda proof: replace(proof, root=bytes(32)), "does not lead from this receipt"),
        (lambda proof: replace(proof, chain_id=8453), "is of chain 8453"),
        (lambda proof: replace(proof, genesis=bytes(32)), "begun anew"),
        (lambda proof: replace(proof, contract="0x" + "11" * 20), "is not the contract"),
        (lambda proof: replace(proof, transaction=bytes(32)), ""),
    ],
)
async def test_what_the_chain_denies_fails(
    settled: tuple[Bundle, SettlementProof],
    town: Town,
    change: Callable[[SettlementProof], SettlementProof],
    why: str,
) -> None:
    """A transaction that the node does not know may be too old for it; any other lie is found."""
    bundle, proof = settled
    check = await check_settlement(town.chain, bundle.with_settlement(change(proof).to_bytes()))
    assert check.status is (Status.FAILED if why else Status.PASSED)
    assert why in check.detail


async def test_a_batch_that_was_never_settled_fails(
    settled: tuple[Bundle, SettlementProof], town: Town
) -> None:
    bundle, proof = settled
    payload = Envelope.from_bytes(bundle.receipt).payload
    leaf = Leaf.of(receipt_id(payload), Statement.from_bytes(payload))
    alone = replace(proof, root=leaf.hash, size=1, index=0, path=())
    check = await check_settlement(town.chain, bundle.with_settlement(alone.to_bytes()))
    assert (check.status, "has no such batch" in check.detail) == (Status.FAILED, True)


async def test_another_contract_of_the_same_code_has_no_such_batch(
    settled: tuple[Bundle, SettlementProof], town: Town
) -> None:
    bundle, proof = settled
    planned = Planned(Settlement, Settlement.initcode(town.token.address))
    await deploy(town.sender, [planned], town.deployments)
    elsewhere = replace(proof, contract=planned.address.lower())
    check = await check_settlement(town.chain, bundle.with_settlement(elsewhere.to_bytes()))
    assert (check.status, "has no such batch" in check.detail) == (Status.FAILED, True)


async def test_another_transaction_fails(settled: tuple[Bundle, SettlementProof], town: Town) -> None:
    bundle, proof = settled
    other = (await town.sender.transact(town.token.transfer(town.sender.account.address, 0))).transaction
    check = await check_settlement(
        town.chain, bundle.with_settlement(replace(proof, transaction=other).to_bytes())
    )
    assert (check.status, "another transaction" in check.detail) == (Status.FAILED, True)


async def test_a_contract_that_keeps_no_batches_fails_even_if_it_is_trusted(
    settled: tuple[Bundle, SettlementProof], town: Town
) -> None:
    bundle, proof = settled
    elsewhere = bundle.with_settlement(replace(proof, contract=town.token.address.lower()).to_bytes())
    check = await check_settlement(town.chain, elsewhere, town.token.address)
    assert (check.status, "keeps no batches" in check.detail) == (Status.FAILED, True)


async def test_the_command(settled: tuple[Bundle, SettlementProof], chain_url: str, tmp_path: Path) -> None:
    bundle, proof = settled
    lie = replace(proof, chain_id=8453)
    for name, content, code in (("true", bundle, 0), ("false", bundle.with_settlement(lie.to_bytes()), 1)):
        file = tmp_path / f"{name}.assay"
        file.write_bytes(content.to_bytes())
        arguments = ["verify", str(file), "--policy", str(tmp_path / "policy.json"), "--at", NOW.isoformat()]
        offline = await asyncio.to_thread(CliRunner().invoke, assay, [*arguments, "--json"])
        assert "settlement" not in offline.output
        asked = await asyncio.to_thread(
            CliRunner().invoke, assay, [*arguments, "--chain", chain_url, "--json"]
        )
        verdict = json.loads(asked.output)
        assert asked.exit_code == code
        assert verdict["checks"][-1]["name"] == "settlement"
        assert verdict["level"] == (json.loads(offline.output)["level"] if code == 0 else "REJECTED")
