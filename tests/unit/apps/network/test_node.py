"""What a node shows of itself: the registers that `assay enclave measure` foretells."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assay.apps.network.home import Home
from assay.apps.network.node import Node, utc_now
from assay.engines.enclave.manifest import Manifest
from assay.engines.enclave.packages import Packages

CONFIG = b'[[providers]]\nname = "mine"\nkind = "compatible"\nbase_url = "http://127.0.0.1:9/v1"\n'


@pytest.mark.parametrize("config", [b"", CONFIG])
def test_a_node_shows_what_was_foretold(tmp_path: Path, config: bytes) -> None:
    home = Home(tmp_path)
    if config:
        home.catalogue.write_bytes(config)
    node = Node.open(home, {})
    try:
        (file,) = (path.read_bytes() for path in home.evidence.iterdir())
        (claims,) = node.trust.judge().judge(file, utc_now()).claims
    finally:
        node.close()
    inputs = {"packages": Packages.here().digest().hex()}
    inputs |= {"config": hashlib.sha384(config).hexdigest()} if config else {}
    assert Manifest("", inputs, {}).registers().items() <= claims.measurements.items()
