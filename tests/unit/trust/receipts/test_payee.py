"""A payee has one spelling, and a policy with any other is refused whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assay.errors import ConfigError
from assay.trust.receipts.payee import Payee
from assay.trust.receipts.policy import Policy

NODE = "11" * 32
ACCOUNT = "eip155:8453:0x" + "ab" * 20


def test_a_policy_keeps_it() -> None:
    policy = Policy(payees=(Payee.on(NODE, 8453, "0x" + "Ab" * 20),))
    assert policy.payees[0].account == ACCOUNT
    assert Policy.from_bytes(json.dumps(policy.to_json()).encode()) == policy


@pytest.mark.parametrize(
    "payee",
    [
        {"node": NODE},
        {"node": "11", "account": ACCOUNT},
        {"node": NODE, "account": None},
        {"node": NODE, "account": ACCOUNT.replace("ab", "AB")},
        {"node": NODE, "account": ACCOUNT[:-2]},
        {"node": NODE, "account": ACCOUNT + "\n"},
        {"node": NODE, "account": "0x" + "ab" * 20},
        {"node": NODE, "account": "eip155:08453:0x" + "ab" * 20},
        ACCOUNT,
    ],
)
def test_anything_else_is_refused(payee: Any) -> None:
    with pytest.raises(ConfigError):
        Policy.from_bytes(json.dumps({"payees": [payee]}).encode())
