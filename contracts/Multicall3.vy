# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Multicall3
@license Apache-2.0
@notice Many questions to a chain in one, for clients that count on it: x402's ask it about channels. Guarantees that they are
    answered in the state of one block, and that an answer is whole.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0xcA11bde05977b3631167028862bE2a173976CA11. Not here: calls that take money along. Narrower than the canonical one: 64
    calls, each and its answer below 4 KB.
"""

struct Call2:
    target: address
    callData: Bytes[MAX_DATA]

struct Call3:
    target: address
    allowFailure: bool
    callData: Bytes[MAX_DATA]

struct Result:
    success: bool
    returnData: Bytes[MAX_DATA]

MAX_CALLS: constant(uint256) = 64
MAX_DATA: constant(uint256) = 4096


@external
def tryAggregate(requireSuccess: bool, calls: DynArray[Call2, MAX_CALLS]) -> DynArray[Result, MAX_CALLS]:
    results: DynArray[Result, MAX_CALLS] = []
    for call: Call2 in calls:
        results.append(self._call(call.target, call.callData, not requireSuccess))
    return results


@external
def aggregate3(calls: DynArray[Call3, MAX_CALLS]) -> DynArray[Result, MAX_CALLS]:
    """
    @notice The same, where each call says whether it may fail.
    """
    results: DynArray[Result, MAX_CALLS] = []
    for call: Call3 in calls:
        results.append(self._call(call.target, call.callData, call.allowFailure))
    return results


@external
@view
def getBlockNumber() -> uint256:
    return block.number


@external
@view
def getCurrentBlockTimestamp() -> uint256:
    return block.timestamp


@external
@view
def getChainId() -> uint256:
    return chain.id


@external
@view
def getEthBalance(addr: address) -> uint256:
    return addr.balance


@internal
def _call(target: address, data: Bytes[MAX_DATA], may_fail: bool) -> Result:
    success: bool = False
    answer: Bytes[MAX_DATA] = b""
    success, answer = raw_call(target, data, max_outsize=MAX_DATA, revert_on_failure=False)
    assert success or may_fail, "Multicall3: call failed"
    # One that fills the room may have been cut.
    assert len(answer) < MAX_DATA, "answer too long"
    return Result(success=success, returnData=answer)
