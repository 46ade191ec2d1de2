"""Files as people have them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.evidence.nvidia.gpus import Gpu, der, pem
from tests.unit.trust.evidence.nvidia.manifests import Office

from assay.trust.evidence import EvidenceError, EvidenceMalformed, nvidia


def test_collateral_is_known_by_its_content(gpu: Gpu, nvidia_office: Office) -> None:
    driver, vbios = nvidia_office.driver(), nvidia_office.vbios()
    for chain in (pem(gpu.chain), der(gpu.chain)):
        named = {"vbios_rim": vbios, "chain": chain, "driver_rim": driver}
        assert nvidia.collect(list(named.values())) == named
    assert nvidia.collect([b"\xef\xbb\xbf\r\n" + vbios]).keys() == {"vbios_rim"}
    assert nvidia.collect([]) == {}


def test_two_files_of_one_name(gpu: Gpu, nvidia_office: Office) -> None:
    with pytest.raises(EvidenceMalformed, match="two of the files are the driver_rim"):
        nvidia.collect([nvidia_office.driver(), pem(gpu.chain), nvidia_office.driver(version="545.00")])


@pytest.mark.parametrize("data", [b"", b"{}", b"<x/>", b"<", b"-----BEGIN CERTIFICATE-----"])
def test_a_file_that_is_no_collateral(data: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        nvidia.collect([data])


@given(st.binary(max_size=200))
def test_random_files(data: bytes) -> None:
    with suppress(EvidenceError):
        nvidia.collect([data])
