# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Facilitator
@license Apache-2.0
@notice Settles many x402 payments and the root of the receipts they paid for in one transaction: all of it is on the chain or
    none. Guarantees that a payment which fails, or burns all the gas it is given, stops no other; that only operators say what
    an `upto` payment comes to; and that a payment is never refused because its operator gave too little gas. What payers
    signed is checked by the proxies, which this contract calls and is named by as `witness.facilitator`.
@dev Holds nothing and is approved by nobody. What is sent to it by mistake is its operators'.
"""

from modules import ownable

interface Settlement:
    def settle(root: bytes32, size: uint256): nonpayable

initializes: ownable

exports: ownable.__interface__

event OperatorSet:
    operator: indexed(address)
    operates: bool

event PaymentRefused:
    index: uint256
    target: indexed(address)
    reason: Bytes[MAX_REASON]

struct Payment:
    target: address
    call: Bytes[MAX_CALL]

# Vyper sets memory aside for the largest batch, and the price of memory grows with its square: 64 KB is where it hurts little.
MAX_PAYMENTS: constant(uint256) = 40
# The longest calls of the proxies: with the signature of a wallet that uses passkeys, or with an approval and those of keys.
MAX_CALL: constant(uint256) = 1152
# `Error(string)` with a word of text, or any custom error we know.
MAX_REASON: constant(uint256) = 100

# Three times what the dearest payment we measured costs.
GAS_EACH: public(constant(uint256)) = 300_000

EXACT: public(constant(address)) = 0x402085c248EeA27D92E8b30b2C58ed07f9E20001
UPTO: public(constant(address)) = 0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002
SETTLEMENT: public(immutable(Settlement))
TOKEN: public(immutable(address))

is_operator: public(HashMap[address, bool])


@deploy
def __init__(owner: address, settlement: Settlement, token: address):
    """
    @param owner Names the operators.
    @param settlement Where roots go; it has to know this contract as a settler.
    @param token Taken as a target too, for payments by EIP-3009.
    """
    ownable.__init__(owner)
    SETTLEMENT = settlement
    TOKEN = token


@external
def set_operator(operator: address, operates: bool):
    ownable._check()
    self.is_operator[operator] = operates
    log OperatorSet(operator=operator, operates=operates)


@external
@nonreentrant
def settle(payments: DynArray[Payment, MAX_PAYMENTS], root: bytes32, size: uint256) -> DynArray[bool, MAX_PAYMENTS]:
    """
    @param payments Calls of the proxies, or of the token, as each would be made alone.
    @param root Of the receipts that were paid for.
    @param size How many they are; 0 settles payments alone.
    @return Which payments were made, in order.
    """
    assert self.is_operator[msg.sender], "not an operator"
    made: DynArray[bool, MAX_PAYMENTS] = []
    for payment: Payment in payments:
        assert payment.target in [EXACT, UPTO, TOKEN], "no such target"
        # A call gets at most 63 in 64 of what is left (EIP-150): more than that has to be there.
        assert msg.gas > GAS_EACH * 65 // 64, "too little gas"
        success: bool = False
        reason: Bytes[MAX_REASON] = b""
        success, reason = raw_call(
            payment.target, payment.call, max_outsize=MAX_REASON, gas=GAS_EACH, revert_on_failure=False
        )
        if not success:
            log PaymentRefused(index=len(made), target=payment.target, reason=reason)
        made.append(success)
    if size != 0:
        extcall SETTLEMENT.settle(root, size)
    return made
