"""What goes wrong with wallets and with the files of agents. No message holds a key or a password."""

from __future__ import annotations

from assay.errors import ConfigError


class WalletUnknown(ConfigError):
    """There is no wallet of this name."""

    code = "wallet_unknown"
    hint = "`assay wallet ls` lists those that are here; `assay wallet new NAME` makes one"


class WalletExists(ConfigError):
    """There is a wallet of this name, and a key is never replaced."""

    code = "wallet_exists"
    hint = "choose another name"


class WalletNameInvalid(ConfigError):
    """This cannot be the name of a wallet or of a budget."""

    code = "wallet_name_invalid"
    hint = "use up to 64 lower-case letters, digits, - and _"


class WalletPasswordWrong(ConfigError):
    """The password does not open the wallet."""

    code = "wallet_password_wrong"
    hint = "try again; nobody can open a wallet whose password is lost"


class WalletPasswordMissing(ConfigError):
    """No password, and nobody at a terminal to ask for it."""

    code = "wallet_password_missing"
    hint = "set ASSAY_WALLET_PASSWORD, or give --password-file"


class WalletDamaged(ConfigError):
    """The file is no encrypted key (Web3 Secret Storage, version 3), or not that of the address in it."""

    code = "wallet_damaged"
    hint = "restore the file from a backup"


class BudgetUnknown(ConfigError):
    """There is no budget of this name."""

    code = "budget_unknown"
    hint = "`assay budget ls` lists those that are here; `assay budget new NAME` makes one"


class AgentFileInvalid(ConfigError):
    """The file does not hold a budget with its agent's key."""

    code = "agent_file_invalid"
    hint = "`assay budget new` writes one"
