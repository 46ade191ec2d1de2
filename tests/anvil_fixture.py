"""The local chain's program, fetched by `scripts/setup-anvil`, and chains of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.engines.chain import anvil
from assay.engines.chain.local import ANY_PORT, LocalChain

BASE_CHAIN_ID = 8453
_ENGINES = Path(__file__).parents[1] / ".cache" / "engines"


@pytest.fixture(scope="session")
def anvil_program() -> Path:
    path = anvil.find(_ENGINES)
    if path is None:
        pytest.skip("anvil is not here; scripts/setup-anvil fetches it")
    return path


@pytest.fixture
def local_chain(anvil_program: Path, tmp_path: Path) -> Iterator[LocalChain]:
    """A chain that does not run yet, and does not run any more when the test ends."""
    chain = LocalChain(tmp_path / "chain", anvil_program)
    yield chain
    chain.stop()


@pytest.fixture(scope="session")
def chain_url(anvil_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One chain for all tests that keep to accounts and contracts of their own."""
    chain = LocalChain(tmp_path_factory.mktemp("chain"), anvil_program)
    yield chain.start(ANY_PORT).url
    chain.stop()


@pytest.fixture(scope="session")
def base_url(anvil_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chain with Base's id, for clients that know no other. Keys of ours that hold anything stay away from it."""
    chain = LocalChain(tmp_path_factory.mktemp("base"), anvil_program, BASE_CHAIN_ID)
    yield chain.start(ANY_PORT).url
    chain.stop()
