"""The harnesses still fit the parsers: seeds are believed, and some changes of them do no harm. See `scripts/fuzz`."""

from __future__ import annotations

from importlib import import_module
from random import Random

import pytest
from tests.fuzz import door
from tests.fuzz.door import Believed, Door, House, TooSlow

from assay.trust.evidence import EvidenceMalformed

FAMILIES = ("nitro", "snp", "tdx", "nvidia", "rim", "evidence")
CHANGES = 100


@pytest.fixture(scope="module", params=FAMILIES)
def house(request: pytest.FixtureRequest) -> House:
    return House(import_module(f"tests.fuzz.{request.param}").doors())


def test_seeds_are_believed(house: House) -> None:
    for each in house.doors:
        assert all(each.outcome(seed) for seed in each.seeds), each.name


def test_changed_seeds_do_no_harm(house: House) -> None:
    random = Random(0)
    for _ in range(CHANGES):
        changed = bytearray(random.choice(house.seeds))
        start = random.randrange(1, len(changed))
        changed[start : start + random.randrange(3)] = random.randbytes(random.randrange(3))
        house.hand_in(bytes(changed))


def refuse(_: bytes) -> None:
    raise EvidenceMalformed("as it should be")


def test_a_refusal_is_no_harm() -> None:
    House([Door("refuses", refuse, [b""], sealed=True)]).hand_in(b"\0other")


def test_another_exception_comes_out() -> None:
    breaking = House([Door("breaks", lambda data: 1 // len(data), [b"seed"])])
    with pytest.raises(ZeroDivisionError):
        breaking.hand_in(b"\0")


def test_behind_a_sealed_door_nothing_new_may_be_believed() -> None:
    House([Door("open", lambda data: data, [b"seed"])]).hand_in(b"\0other")
    believing = House([Door("sealed", lambda data: data, [b"seed"], sealed=True)])
    believing.hand_in(b"\0seed")
    with pytest.raises(Believed):
        believing.hand_in(b"\0other")


def test_slowness_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House([Door("slow", lambda data: data, [b"seed"])])
    monkeypatch.setattr(door, "MAX_SECONDS", 0.0)
    with pytest.raises(TooSlow):
        house.hand_in(b"\0seed")
