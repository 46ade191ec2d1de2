"""The registry of enclaves against a model: any calls of anybody in any order, on a list that is nearly full."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import boa
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.contracts.conftest import person
from tests.contracts.registering import (
    ANNOUNCED_FOR,
    EPOCH,
    LIVENESS,
    MAX_AHEAD,
    MINIMUM,
    SEATS,
    WITHDRAWAL_DELAY,
    Enclave,
    Registry,
)
from tests.contracts.steps import enough_steps
from tests.contracts.tee_registry_model import Model, Refused

FORTUNE = 10**9
PEOPLE = {key.address: key for key in map(person, ("alice", "bob", "carol"))}
OWNER = min(PEOPLE)
ENCLAVES = [Enclave.named(f"enclave {number}", certificate=b"\x30") for number in range(3)]
CROWD = [Enclave.named(f"crowd {number}", certificate=b"\x30") for number in range(SEATS - 2)]
KEYS = {enclave.id: enclave.public_key for enclave in (*ENCLAVES, *CROWD)}

people = st.sampled_from(sorted(PEOPLE))
enclaves = st.sampled_from([*ENCLAVES, CROWD[0]])
# Nothing stands for the right one, so that most calls are good.
perhaps = st.one_of(st.none(), st.none(), people)
stakes = st.integers(MINIMUM - 1, MINIMUM + 4)
# Around now, and around what is too old and too early.
moments = st.one_of(st.integers(-3, 3), st.sampled_from([-LIVENESS - 1, -LIVENESS, MAX_AHEAD, MAX_AHEAD + 1]))
waits = st.sampled_from([0, 1, 2, ANNOUNCED_FOR, 100, LIVENESS, EPOCH - 1, EPOCH, WITHDRAWAL_DELAY])


@cache
def crowded() -> tuple[Registry, Model, int]:
    """A registry with two seats left, and since when. The crowd is one person's; some staked no more than others do."""
    registry, model, owner = Registry.open(OWNER), Model(), PEOPLE[OWNER]
    for key in PEOPLE.values():
        registry.fund(key, FORTUNE)
    for enclave in CROWD:
        registry.announce(owner, enclave)
        model.announce(OWNER, enclave.id, boa.env.timestamp)
    boa.env.time_travel(seconds=ANNOUNCED_FOR)
    for number, enclave in enumerate(CROWD):
        registry.enter(owner, enclave, stake=MINIMUM + number)
        model.register(OWNER, OWNER, enclave.id, MINIMUM + number, boa.env.timestamp)
    return registry, model, boa.env.timestamp


@pytest.fixture(scope="module", autouse=True)
def before_any_run() -> None:
    """What a run makes is forgotten when it ends, the crowd too if it were made in one."""
    crowded()


class RegistryAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.registry, full, since = crowded()
        self.contract = self.registry.contract
        self.model = deepcopy(full)
        self.anchor = boa.env.anchor()
        self.anchor.__enter__()
        boa.env.evm.patch.timestamp = since
        self.before = {account: self.registry.opg.balanceOf(account) for account in PEOPLE}
        self.paid = dict.fromkeys(PEOPLE, 0)
        self.past: dict[int, list[bool]] = {}

    def teardown(self) -> None:
        """Before all is forgotten, what every run leaves is read as clients read it, which takes long."""
        try:
            listed = [tee.publicKey for tee in self.contract.getActiveTEEs(0)]
            active = [id for id in self.model.enabled(self.now) if self.model.active(id, self.now)]
            assert listed == [KEYS[id] for id in active]
        finally:
            self.anchor.__exit__(None, None, None)

    def both(self, call: Callable[[], Any], expected: Callable[[], None]) -> bool:
        """The same call on both sides: done by both, or refused by both for the same reason. Whether it was done."""
        try:
            expected()
        except Refused as refused:
            with boa.reverts(str(refused)):
                call()
            return False
        call()
        return True

    @property
    def now(self) -> int:
        return boa.env.timestamp

    def owner(self, enclave: Enclave, somebody: str | None) -> str:
        known = self.model.known.get(enclave.id)
        return somebody or (known.owner if known else OWNER)

    @rule(owner=people, enclave=enclaves)
    def announce(self, owner: str, enclave: Enclave) -> None:
        self.both(
            lambda: self.registry.announce(PEOPLE[owner], enclave),
            lambda: self.model.announce(owner, enclave.id, self.now),
        )

    @rule(data=st.data(), somebody=perhaps, operator=people, stake=stakes)
    def register(self, data: st.DataObject, somebody: str | None, operator: str, stake: int) -> None:
        """Mostly of what was announced before, and not of the crowd."""
        owner, id = data.draw(st.sampled_from([*self.model.announced][-4:]))
        enclave = next(one for one in (*ENCLAVES, *CROWD) if one.id == id)
        owner = somebody or owner
        done = self.both(
            lambda: self.registry.enter(PEOPLE[owner], enclave, operator=PEOPLE[operator], stake=stake),
            lambda: self.model.register(owner, operator, id, stake, self.now),
        )
        self.paid[owner] += stake * done

    @rule(enclave=enclaves, somebody=perhaps, moment=moments)
    def heartbeat(self, enclave: Enclave, somebody: str | None, moment: int) -> None:
        known = self.model.known.get(enclave.id)
        signer = somebody or (known.operator if known else OWNER)
        self.both(
            lambda: self.registry.beat(PEOPLE[signer], enclave, self.now + moment),
            lambda: self.model.heartbeat(signer, enclave.id, self.now + moment, self.now),
        )

    @rule(enclave=enclaves, somebody=perhaps, operator=people)
    def update(self, enclave: Enclave, somebody: str | None, operator: str) -> None:
        caller = self.owner(enclave, somebody)
        self.both(
            lambda: self.contract.update(enclave.id, operator, enclave.service, sender=caller),
            lambda: self.model.operate(caller, operator, enclave.id),
        )

    @rule(enclave=enclaves, sender=people, amount=st.integers(0, 3))
    def stake(self, enclave: Enclave, sender: str, amount: int) -> None:
        done = self.both(
            lambda: self.contract.stake(enclave.id, amount, sender=sender),
            lambda: self.model.stake(enclave.id, amount),
        )
        self.paid[sender] += amount * done

    @rule(enclave=enclaves, somebody=perhaps)
    def enable(self, enclave: Enclave, somebody: str | None) -> None:
        caller = self.owner(enclave, somebody)
        self.both(
            lambda: self.contract.enable(enclave.id, sender=caller),
            lambda: self.model.enable(caller, enclave.id, self.now),
        )

    @rule(enclave=enclaves, somebody=perhaps)
    def retire(self, enclave: Enclave, somebody: str | None) -> None:
        caller = self.owner(enclave, somebody)
        self.both(
            lambda: self.contract.retire(enclave.id, sender=caller),
            lambda: self.model.retire(caller, enclave.id, self.now),
        )

    @rule(enclave=enclaves, somebody=perhaps)
    def withdraw(self, enclave: Enclave, somebody: str | None) -> None:
        caller = self.owner(enclave, somebody)
        self.both(
            lambda: self.contract.withdraw(enclave.id, sender=caller),
            lambda: self.model.withdraw(caller, enclave.id, self.now),
        )

    @rule(minimum=stakes, epoch=st.sampled_from([3600, EPOCH, 2 * EPOCH]))
    def set_rules(self, minimum: int, epoch: int) -> None:
        self.contract.set_minimum_stake(minimum, sender=OWNER)
        self.contract.set_epoch(epoch, sender=OWNER)
        self.model.minimum, self.model.epoch = minimum, epoch

    @rule(elapsed=waits)
    def wait(self, elapsed: int) -> None:
        if elapsed:
            self.past[self.now] = [self.contract.wasEnabledAt(one.id, self.now) for one in ENCLAVES]
        boa.env.time_travel(seconds=elapsed)

    @rule()
    def remember(self) -> None:
        """What was said of a second when it passed is said of it for ever, and the model says so too."""
        for second, enabled in self.past.items():
            assert [self.contract.wasEnabledAt(one.id, second) for one in ENCLAVES] == enabled
            assert [
                one.id in self.model.known and self.model.known[one.id].enabled(second) for one in ENCLAVES
            ] == enabled

    @rule()
    def list_the_enabled(self) -> None:
        assert self.contract.getEnabledTEEs(0) == self.model.enabled(self.now)

    @invariant()
    def agree(self) -> None:
        for enclave in ENCLAVES:
            known = self.model.known.get(enclave.id)
            enabled = known is not None and known.enabled(self.now)
            assert self.contract.isTEEEnabled(enclave.id) is enabled
            assert self.contract.isTEEActive(enclave.id) is self.model.active(enclave.id, self.now)

    @invariant()
    def every_stake_is_there(self) -> None:
        held = sum(known.stake for known in self.model.known.values())
        assert self.registry.opg.balanceOf(self.contract.address) == held
        for account in PEOPLE:
            balance = self.before[account] - self.paid[account] + self.model.withdrawn[account]
            assert self.registry.opg.balanceOf(account) == balance


TestRegistry = RegistryAgainstModel.TestCase
TestRegistry.settings = enough_steps()
