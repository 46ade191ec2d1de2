"""People, and the contracts they use, on a machine of its own for each test."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

# Without the compiler, that is outside of `scripts/contracts test`, there is nothing to test.
collect_ignore_glob = [] if find_spec("boa") else ["test_*.py"]

CHAIN_ID = 31_337
NEW_YEAR_2027 = 1_798_761_600


def person(name: str) -> LocalAccount:
    """An account whose key follows from its name."""
    return Account.from_key(name.encode().rjust(32, b"\0"))


@pytest.fixture
def alice() -> LocalAccount:
    return person("alice")


@pytest.fixture
def bob() -> LocalAccount:
    return person("bob")


@pytest.fixture
def carol() -> LocalAccount:
    return person("carol")


@pytest.fixture(autouse=True)
def now() -> int:
    """The second that the next call happens in, on a chain with Assay's own id."""
    import boa

    boa.env.evm.patch.chain_id = CHAIN_ID
    boa.env.evm.patch.timestamp = NEW_YEAR_2027
    return NEW_YEAR_2027


@pytest.fixture
def opg(alice: LocalAccount, now: int) -> Any:
    """OPG whose whole supply is Alice's."""
    from tests.contracts.deploying import deploy

    return deploy("OPG", alice.address)


@pytest.fixture
def channels(alice: LocalAccount, now: int) -> Any:
    """Payment channels, and OPG whose whole supply is Alice's."""
    from tests.contracts.channel_signing import Channels

    return Channels.open(alice.address)
