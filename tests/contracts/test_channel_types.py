"""What is signed about channels, as PyPI's x402 2.25.0 computes it: these digests are its own."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from tests.contracts.channel_signing import BATCH_SETTLEMENT, Config, domain
from tests.contracts.deploying import lay

MOST = 2**128 - 1

ONE = Config(*(f"0x{digit * 40}" for digit in "12345"), withdraw_delay=900, salt=b"\x66" * 32)
OTHER = ONE.but(payer_authorizer="0x" + "00" * 20, withdraw_delay=2_592_000, salt=bytes(31) + b"\x01")

# By chain: the ids of both, a voucher for the most, refund 7 of 5, a batch of both, and a batch of none.
DIGESTS = {
    31_337: (
        "e5d1b33e3c98882840021ab5f03e3adc8383ddacc0ca7506b80d8b7b50227905",
        "d58cfbef8fced0f8e092fb8269ea266ff43c4db6a92e9067bf25d4f771db52f0",
        "71b96e4d25f106c2a2ece1a7e073c11dd5eead6a9fc6bbab2700884ecf7cc6cb",
        "0c876e81a588a51a9dbc01e0cf78f8039b990189298737295a1f01800e8023fc",
        "a937846272b4310c99baf7380bffc9b5d06b54b98f0016116b1e1137427a07ca",
        "12bca07dd0ec892f2d47a96c4cd3d3c1fa8c16e68be4f391dcc7076e185680f8",
    ),
    8_453: (
        "bf36716f1e31a241cfce3fab9424be3512e69030af976d57e0c289564ed75d4d",
        "b38d4f2c6495735c88ff62306e056695a6fcf6c116aac30afbf6e271dc47b1e8",
        "41ad871a86cb306de115f07d247d6707f368e81b3818430bc985ae4e187d0736",
        "20ae024ab38fbf6dc266256e8d4fb29f9e6617be619b729b950b68a1c1aeb286",
        "c7e4d60c1836c78cc193858423b60d238cabc00cc747216664e31d265a987ee8",
        "3483bc42d4cc5a5e79820fd6d896640faee52a1d3fc9efe3896bfd7a149ec340",
    ),
}


@pytest.fixture
def contract() -> Any:
    return lay("BatchSettlement", BATCH_SETTLEMENT)


@pytest.mark.parametrize("chain_id", DIGESTS)
def test_digests_are_those_of_x402(contract: Any, chain_id: int) -> None:
    boa.env.evm.patch.chain_id = chain_id
    one = contract.getChannelId(ONE.arguments)
    rows = [((ONE.arguments, 10), b"", 9), ((OTHER.arguments, MOST), b"any", 0)]
    assert DIGESTS[chain_id] == (
        one.hex(),
        contract.getChannelId(OTHER.arguments).hex(),
        contract.getVoucherDigest(one, MOST).hex(),
        contract.getRefundDigest(one, 7, 5).hex(),
        contract.getClaimBatchDigest(rows).hex(),
        contract.getClaimBatchDigest([]).hex(),
    )


def test_a_wallet_finds_the_domain(contract: Any) -> None:
    fields, name, version, chain_id, verifier, salt, extensions = contract.eip712Domain()
    assert (fields, salt, extensions) == (b"\x0f", bytes(32), [])
    assert domain() == {
        "name": name,
        "version": version,
        "chainId": chain_id,
        "verifyingContract": verifier,
    }
