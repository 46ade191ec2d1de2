from __future__ import annotations

import hashlib

import pytest

from assay.engines.enclave.measurement import Measurement, packages

CONFIG = hashlib.sha384(b"config").digest()


def test_three_registers_of_sha384() -> None:
    registers = Measurement(CONFIG).registers()
    assert list(registers) == ["PCR0", "PCR1", "PCR2"]
    assert registers["PCR2"] == CONFIG.hex()
    assert all(len(bytes.fromhex(register)) == 48 and int(register, 16) for register in registers.values())


def test_the_configuration_changes_its_own_register_alone() -> None:
    one = Measurement(CONFIG).registers()
    other = Measurement(hashlib.sha384(b"other").digest()).registers()
    assert {name for name in one if one[name] != other[name]} == {"PCR2"}


@pytest.mark.parametrize("size", [0, 32, 47, 49, 64])
def test_a_configuration_digest_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="SHA-384"):
        Measurement(bytes(size))


def test_a_process_measures_once() -> None:
    packages.cache_clear()
    first = Measurement(CONFIG).registers()
    assert Measurement(CONFIG).registers() == first
    assert packages.cache_info().misses == 1
