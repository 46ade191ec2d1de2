"""What the benchmark of payments says, and that it measures what it says."""

from __future__ import annotations

from paid import vouchers
from paid.batches import PAYERS, Batch
from paid.copies import Copies
from paid.overhead import Figures, Overhead
from paid.vouchers import Checks
from payments import Outcome


def outcome(runs: int = 1, gas: int = 1_800_000, channel_ms: float = 1.5) -> Outcome:
    return Outcome(
        Checks(20_000, 12_000, 10_000),
        [Batch(payers, gas) for payers in PAYERS],
        Copies(runs, 1, 11),
        Overhead(Figures(1.0, 800), Figures(1.1, 850), Figures(channel_ms, 1700)),
    )


def test_every_figure_has_its_name() -> None:
    figures = outcome().figures()
    assert figures["voucher_checks_per_s"] == 10_000
    assert figures["upto_gas_batch_40"] == 45_000
    assert figures["duplicate_payment_runs"] == 1
    assert figures["channel_overhead_ms_p50"] == 0.5
    assert figures["account_overhead_ms_p50"] == 0.1


def test_bars() -> None:
    assert all(outcome().bars().values())
    for worse in (outcome(runs=2), outcome(gas=1_900_000), outcome(channel_ms=2.1)):
        assert list(worse.bars().values()).count(False) == 1


def test_a_voucher_takes_longer_than_what_it_cannot_do_without() -> None:
    checks = vouchers.measure(rounds=2)
    assert checks.recoveries > checks.signatures > checks.vouchers > 0
