# pragma version 0.4.3
# pragma evm-version cancun
"""
@title TEERegistry
@license Apache-2.0
@notice Says which enclaves there are, where they are reached, and who is paid for them; a stake opens it to everybody. Guarantees
    that nobody but an enclave's owner changes its entry, its measurement and key not even they; that it is listed as alive only
    by heartbeats which its operator signed, each later than the one before; that an enclave which falls silent, retires or is
    displaced is enabled no more, and that whether one was enabled at a past second is answered the same for ever. The owner
    of this contract sets the minimum stake and how long a heartbeat is good for, and nothing else.
@dev Does not look into attestation: a stake says that somebody stands behind a measurement, evidence says that it is true. For the
    clients of OpenGradient's registry; what they call is named as there.
"""

from ethereum.ercs import IERC20

from modules import blobs
from modules import eip712
from modules import ownable
from modules import periods
from modules import seats
from modules import signatures
from modules import stakes
from modules import tee_types

initializes: eip712
initializes: ownable
initializes: periods
initializes: stakes[ownable := ownable]
initializes: seats[periods := periods, stakes := stakes]

exports: (ownable.__interface__, eip712.DOMAIN_SEPARATOR, eip712.eip712Domain)
exports: (stakes.TOKEN, stakes.minimum_stake, stakes.stake_of, stakes.set_minimum_stake)

event EpochSet:
    epoch: uint256

event Registered:
    teeId: indexed(bytes32)
    owner: indexed(address)
    teeType: indexed(uint8)

event Updated:
    teeId: indexed(bytes32)
    operator: indexed(address)
    paymentAddress: indexed(address)

event Enabled:
    teeId: indexed(bytes32)
    until: uint256

event Retired:
    teeId: indexed(bytes32)

event Heartbeat:
    teeId: indexed(bytes32)
    timestamp: uint256
    until: uint256

struct Entry:
    owner: address
    operator: address
    # Who it is and how it is reached, kept as code.
    identity: address
    service: address
    registeredAt: uint256
    lastHeartbeatAt: uint256

struct Standing:
    operator: address
    stake: uint256
    enabledFrom: uint256
    enabledUntil: uint256
    # The second from which its stake can be withdrawn, if it is not enabled again.
    withdrawableFrom: uint256

HEARTBEAT_TYPEHASH: public(constant(bytes32)) = keccak256("Heartbeat(bytes32 teeId,uint256 timestamp)")

# All in seconds. A heartbeat makes its enclave active for so long.
LIVENESS: public(constant(uint256)) = 1800
# Blocks may be stamped later than the operator's clock says.
MAX_AHEAD: public(constant(uint256)) = 60
MIN_EPOCH: public(constant(uint256)) = 2 * LIVENESS
MAX_EPOCH: public(constant(uint256)) = 30 * 86_400
# From the end of its last period, so that whoever finds a lie in a receipt still finds a stake.
WITHDRAWAL_DELAY: public(constant(uint256)) = 7 * 86_400
# Time enough to be sure that an announcement is older than the first sight of the key it is of.
ANNOUNCED_FOR: public(constant(uint256)) = 12

# How long a heartbeat keeps its enclave enabled.
epoch: public(uint256)
announced_at: public(HashMap[bytes32, uint256])
# Every enclave there ever was, by type and number.
registrations: public(HashMap[uint8, uint256])
registration: public(HashMap[uint8, HashMap[uint256, bytes32]])

_entries: HashMap[bytes32, Entry]


@deploy
def __init__(owner: address, token: IERC20, minimum_stake: uint256, epoch: uint256):
    """
    @param owner Sets the minimum stake and the epoch.
    @param token What stakes are in.
    @param epoch Seconds.
    """
    ownable.__init__(owner)
    eip712.__init__("TEERegistry", "1")
    stakes.__init__(token, minimum_stake)
    self._set_epoch(epoch)


@external
def set_epoch(epoch: uint256):
    """
    @param epoch Seconds for which heartbeats are good that come from now on.
    """
    ownable._check()
    self._set_epoch(epoch)


@external
def announce(commitment: bytes32):
    """
    @notice Without it, whoever sees a key in a transaction that waits could register it first, as theirs.
    @param commitment keccak256(abi.encode(owner, teeId)), before anybody but the owner knows the public key.
    """
    assert self.announced_at[commitment] == 0, "announced already"
    self.announced_at[commitment] = block.timestamp


@external
def register(
    identity: tee_types.Identity, operator: address, service: tee_types.Service, stake: uint256
) -> bytes32:
    """
    @notice The caller is the owner, announced it, and has approved the stake. Counts as the first heartbeat.
    @param operator The account that signs heartbeats, which the enclave holds; contract wallets may (ERC-1271).
    @return The hash of the public key, by which the enclave is known from now on.
    """
    assert len(identity.publicKey) > 0, "no public key"
    teeId: bytes32 = keccak256(identity.publicKey)
    announced_at: uint256 = self.announced_at[keccak256(abi_encode(msg.sender, teeId))]
    assert announced_at != 0 and announced_at + ANNOUNCED_FOR <= block.timestamp, "not announced for long enough"
    entry: Entry = self._entries[teeId]
    assert entry.owner == empty(address), "registered already"
    self._entries[teeId] = Entry(
        owner=msg.sender,
        operator=operator,
        identity=blobs._keep(abi_encode(identity)),
        service=self._kept(service),
        registeredAt=block.timestamp,
        lastHeartbeatAt=block.timestamp,
    )
    number: uint256 = self.registrations[identity.teeType]
    self.registrations[identity.teeType] = number + 1
    self.registration[identity.teeType][number] = teeId
    log Registered(teeId=teeId, owner=msg.sender, teeType=identity.teeType)
    log Updated(teeId=teeId, operator=operator, paymentAddress=service.paymentAddress)
    stakes._put(teeId, stake)
    self._enable(teeId, identity.teeType)
    return teeId


@external
def update(teeId: bytes32, operator: address, service: tee_types.Service):
    """
    @notice A heartbeat that another operator signed is worth nothing from now on.
    """
    self._check_owner(teeId)
    self._entries[teeId].operator = operator
    self._entries[teeId].service = self._kept(service)
    log Updated(teeId=teeId, operator=operator, paymentAddress=service.paymentAddress)


@external
def heartbeat(teeId: bytes32, timestamp: uint256, signature: Bytes[signatures.MAX_SIGNATURE]):
    """
    @notice Anybody may bring it.
    @param timestamp When the operator signed it.
    @param signature The operator's, of `Heartbeat` (EIP-712).
    """
    entry: Entry = self._entries[teeId]
    assert periods._holds(teeId), "not enabled"
    assert timestamp > entry.lastHeartbeatAt, "not later than the last heartbeat"
    assert timestamp <= block.timestamp + MAX_AHEAD, "from the future"
    assert timestamp + LIVENESS >= block.timestamp, "too old"
    struct_hash: bytes32 = keccak256(abi_encode(HEARTBEAT_TYPEHASH, teeId, timestamp))
    assert signatures._signed(entry.operator, eip712._digest(struct_hash), signature), "invalid signature"
    self._entries[teeId].lastHeartbeatAt = timestamp
    until: uint256 = timestamp + self.epoch
    periods._move_end(teeId, until)
    log Heartbeat(teeId=teeId, timestamp=timestamp, until=until)


@external
def stake(teeId: bytes32, amount: uint256):
    """
    @notice Anybody may add to a stake; its owner gets all of it in the end.
    """
    assert self._entries[teeId].owner != empty(address), "no such enclave"
    stakes._put(teeId, amount)


@external
def enable(teeId: bytes32):
    """
    @notice Again, after its last period ended. Heartbeats from before are worth nothing.
    """
    self._check_owner(teeId)
    entry: Entry = self._entries[teeId]
    self._entries[teeId].lastHeartbeatAt = max(block.timestamp, entry.lastHeartbeatAt)
    self._enable(teeId, self._identity(entry).teeType)


@external
def retire(teeId: bytes32):
    """
    @notice Enabled no more, from this second on.
    """
    self._check_owner(teeId)
    periods._move_end(teeId, block.timestamp)
    log Retired(teeId=teeId)


@external
def withdraw(teeId: bytes32):
    self._check_owner(teeId)
    assert block.timestamp >= periods._end(teeId) + WITHDRAWAL_DELAY, "too early"
    stakes._take(teeId, msg.sender)


@external
@view
def getActiveTEEs(teeType: uint8) -> DynArray[tee_types.TEE, seats.SEATS]:
    """
    @return Those that are enabled and alive.
    """
    active: DynArray[tee_types.TEE, seats.SEATS] = []
    enabled: DynArray[bytes32, seats.SEATS] = seats._sitting(teeType)
    for teeId: bytes32 in enabled:
        if self._is_active(teeId):
            active.append(self._tee(teeId))
    return active


@external
@view
def getEnabledTEEs(teeType: uint8) -> DynArray[bytes32, seats.SEATS]:
    return seats._sitting(teeType)


@external
@view
def getTEEsByType(teeType: uint8) -> DynArray[bytes32, seats.SEATS]:
    """
    @return The newest 64, enabled or not; `registration` knows them all.
    """
    found: DynArray[bytes32, seats.SEATS] = []
    count: uint256 = self.registrations[teeType]
    for number: uint256 in range(count - min(count, seats.SEATS), count, bound=seats.SEATS):
        found.append(self.registration[teeType][number])
    return found


@external
@view
def getTEE(teeId: bytes32) -> tee_types.TEE:
    assert self._entries[teeId].owner != empty(address), "no such enclave"
    return self._tee(teeId)


@external
@view
def isTEEActive(teeId: bytes32) -> bool:
    return periods._holds(teeId) and self._is_active(teeId)


@external
@view
def isTEEEnabled(teeId: bytes32) -> bool:
    return periods._holds(teeId)


@external
@view
def wasEnabledAt(teeId: bytes32, timestamp: uint256) -> bool:
    """
    @return For a receipt's second, whether its enclave was enabled then; False for one that is yet to come.
    """
    return periods._held_at(teeId, timestamp)


@external
@view
def standing(teeId: bytes32) -> Standing:
    """
    @return With the newest period in which it is or was enabled.
    """
    newest: periods.Period = periods._newest(teeId)
    return Standing(
        operator=self._entries[teeId].operator,
        stake=stakes.stake_of[teeId],
        enabledFrom=newest.since,
        enabledUntil=newest.until,
        withdrawableFrom=newest.until + WITHDRAWAL_DELAY,
    )


@internal
def _set_epoch(epoch: uint256):
    assert MIN_EPOCH <= epoch and epoch <= MAX_EPOCH, "no such epoch"
    self.epoch = epoch
    log EpochSet(epoch=epoch)


@internal
def _enable(teeId: bytes32, teeType: uint8):
    stakes._check(teeId)
    seats._sit(teeType, teeId)
    until: uint256 = block.timestamp + self.epoch
    periods._open(teeId, until)
    log Enabled(teeId=teeId, until=until)


@internal
def _kept(service: tee_types.Service) -> address:
    tee_types._check(service)
    return blobs._keep(abi_encode(service, block.timestamp))


@internal
@view
def _check_owner(teeId: bytes32):
    assert msg.sender == self._entries[teeId].owner, "not the enclave's owner"


@internal
@view
def _is_active(teeId: bytes32) -> bool:
    return block.timestamp <= self._entries[teeId].lastHeartbeatAt + LIVENESS


@internal
@view
def _identity(entry: Entry) -> tee_types.Identity:
    return abi_decode(blobs._read(entry.identity), tee_types.Identity)


@internal
@view
def _tee(teeId: bytes32) -> tee_types.TEE:
    entry: Entry = self._entries[teeId]
    identity: tee_types.Identity = self._identity(entry)
    service: tee_types.Service = empty(tee_types.Service)
    since: uint256 = 0
    service, since = abi_decode(blobs._read(entry.service), (tee_types.Service, uint256))
    return tee_types.TEE(
        owner=entry.owner,
        paymentAddress=service.paymentAddress,
        endpoint=service.endpoint,
        publicKey=identity.publicKey,
        tlsCertificate=service.tlsCertificate,
        pcrHash=identity.pcrHash,
        teeType=identity.teeType,
        enabled=periods._holds(teeId),
        registeredAt=entry.registeredAt,
        lastHeartbeatAt=entry.lastHeartbeatAt,
        ohttpConfig=tee_types._ohttp_config(service.ohttp, since),
    )
