from __future__ import annotations

import pytest
from tests.unit.trust.evidence.nvidia.gpus import Gpu, gpu_chain
from tests.unit.trust.evidence.nvidia.manifests import Office, office


@pytest.fixture(scope="session")
def gpu() -> Gpu:
    return Gpu(gpu_chain())


@pytest.fixture(scope="session")
def nvidia_office() -> Office:
    """Who signs manifests."""
    return office()
