# pragma version 0.4.3
"""
@title Several calls in one
@notice Guarantees that all of them happen or none, and that each finds the sender, and may do, what it would alone.
"""

MAX_CALLS: constant(uint256) = 4
# Forty claims of channels with signatures of keys.
MAX_CALL: constant(uint256) = 20_480
# The longest answer of a contract here, which is a domain's.
MAX_ANSWER: constant(uint256) = 384


@external
def multicall(data: DynArray[Bytes[MAX_CALL], MAX_CALLS]) -> DynArray[Bytes[MAX_ANSWER], MAX_CALLS]:
    """
    @param data Calls of this contract.
    @return What each answered.
    """
    results: DynArray[Bytes[MAX_ANSWER], MAX_CALLS] = []
    for call: Bytes[MAX_CALL] in data:
        results.append(raw_call(self, call, max_outsize=MAX_ANSWER, is_delegate_call=True))
    return results
