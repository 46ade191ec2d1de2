"""Wallets: what opens them, what does not, and that every other program can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account as ForeignAccount

from assay.engines.enclave.secret_file import SecretFileExposed
from assay.engines.wallets.errors import (
    WalletDamaged,
    WalletExists,
    WalletNameInvalid,
    WalletPasswordWrong,
    WalletUnknown,
)
from assay.engines.wallets.keystore import Keystore

PASSWORD = "correct horse"


def write(path: Path, content: object) -> None:
    path.touch(0o600)
    path.write_text(json.dumps(content))


def test_made_listed_and_opened(tmp_path: Path) -> None:
    keystore = Keystore(tmp_path / "wallets")
    assert keystore.names() == []
    made = keystore.create("main", PASSWORD)
    path = keystore.path("main")
    assert path.stat().st_mode & 0o777 == 0o600
    assert keystore.names() == ["main"]
    assert keystore.address("main") == made.address == keystore.unlock("main", PASSWORD).address
    assert ForeignAccount.from_key(ForeignAccount.decrypt(path.read_text(), PASSWORD)).address == made.address

    with pytest.raises(WalletPasswordWrong) as refusal:
        keystore.unlock("main", "wrong horse")
    assert "horse" not in str(refusal.value)
    with pytest.raises(WalletExists):
        keystore.create("main", PASSWORD)

    content = json.loads(path.read_text())
    write(keystore.path("other"), content | {"address": "11" * 20})
    with pytest.raises(WalletDamaged, match="another address"):
        keystore.unlock("other", PASSWORD)
    path.chmod(0o640)
    with pytest.raises(SecretFileExposed):
        keystore.unlock("main", PASSWORD)


@pytest.mark.parametrize(
    "content", [[], {}, {"address": "11" * 20}, {"address": "11" * 20, "crypto": {}, "version": 3}]
)
def test_another_file(tmp_path: Path, content: object) -> None:
    write(tmp_path / "main.json", content)
    with pytest.raises(WalletDamaged):
        Keystore(tmp_path).unlock("main", PASSWORD)


def test_none(tmp_path: Path) -> None:
    with pytest.raises(WalletUnknown):
        Keystore(tmp_path).address("main")
    for name in ("../main", "", "Main", "a" * 65, "a/b"):
        with pytest.raises(WalletNameInvalid):
            Keystore(tmp_path).address(name)
