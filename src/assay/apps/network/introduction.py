"""What a node leaves in its home for the clients of the same machine: its address, a key, and whom to believe."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from assay.apps.network.home import Home
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.ledger_errors import AccountExists
from assay.services.payments.accounts.opening import open_with_play_money
from assay.trust.evidence.roots import PRODUCTION
from assay.trust.keys.succession import Succession
from assay.trust.receipts.introduction import introduced
from assay.trust.receipts.policy import Policy

FIRST_ACCOUNT = "local"
FIRST_DEPOSIT = 10_000_000
"""Micro-USD of play money: nobody paid it in, it only makes charging real."""


async def introduce(policy: Policy, ledger: Ledger, home: Home, url: str, now: datetime) -> None:
    """Write ``env.json``, and add the node to ``trust.json``; the first account is opened once and kept.

    ``policy``: under which the node's receipts verify.
    """
    believe(home, policy)
    _write(
        home.env,
        {
            "openai_base_url": f"{url}/v1",
            "anthropic_base_url": url,
            "api_key": await _known_key(ledger, home) or await _first_key(ledger, now),
            "data_dir": str(home.root),
        },
    )


def believe(home: Home, met: Policy) -> None:
    """Add the keys, payees, roots and logs of ``met`` to the policy of ``home``; what it demands stays as it is.

    Raises `RootUnvouched` for a root that ``met`` calls more than is known of it, `ConfigError` for a policy that
    cannot be read; nothing is written then.
    """
    known = _policy(home)
    met = introduced(met, (*PRODUCTION, *known.anchors))
    joined = replace(
        known,
        nodes=known.nodes | met.nodes,
        payees=tuple(dict.fromkeys((*known.payees, *met.payees))),
        anchors=tuple(dict.fromkeys((*known.anchors, *met.anchors))),
        revocations=tuple(dict.fromkeys((*known.revocations, *met.revocations))),
        logs=tuple(dict.fromkeys((*known.logs, *met.logs))),
    )
    _write(home.trust, joined.to_json())


def follow(home: Home, succession: Succession) -> bool:
    """Believe the new identity in place of the old, if the policy of ``home`` believes that; tells whether it did.

    The new one is paid where the old one was.

    Raises `ConfigError` for a policy that cannot be read.
    """
    known = _policy(home)
    if succession.old not in known.nodes:
        return False
    nodes = known.nodes - {succession.old} | {succession.new}
    payees = tuple(
        replace(payee, node=succession.new) if payee.node == succession.old else payee
        for payee in known.payees
    )
    _write(home.trust, replace(known, nodes=nodes, payees=payees).to_json())
    return True


def expect(home: Home, measurements: Iterable[Mapping[str, str]]) -> None:
    """Add reference values to the policy of ``home``: registers, and what they show in code that is known.

    Raises `ConfigError` for a policy that cannot be read.
    """
    known = _policy(home)
    new = [dict(registers) for registers in measurements if registers not in known.measurements]
    _write(home.trust, replace(known, measurements=(*known.measurements, *new)).to_json())


def _policy(home: Home) -> Policy:
    return Policy.from_bytes(home.trust.read_bytes()) if home.trust.exists() else Policy()


async def _known_key(ledger: Ledger, home: Home) -> str | None:
    """The key that an earlier introduction left, if it still opens an account."""
    try:
        key = str(json.loads(home.env.read_text())["api_key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if await ledger.holder_of(key) is None else key


async def _first_key(ledger: Ledger, now: datetime) -> str:
    try:
        return await open_with_play_money(ledger, FIRST_ACCOUNT, FIRST_DEPOSIT, now)
    except AccountExists:  # and its key was lost
        return await ledger.issue_key(await ledger.account(FIRST_ACCOUNT))


def _write(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all, and for its owner only: a client may read while a node starts."""
    draft = path.with_name(f".{path.name}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    draft.replace(path)
