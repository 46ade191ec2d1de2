# pragma version 0.4.3
"""
@title The types of a registry of enclaves
@notice Guarantees the shapes in which OpenGradient's clients read one, and that no text in them keeps a client from reading the
    list it is in: what is no UTF-8 would.
"""

# An RSA key of 4096 bits takes 550 bytes.
MAX_KEY: constant(uint256) = 600
MAX_CERTIFICATE: constant(uint256) = 2048
MAX_ENDPOINT: constant(uint256) = 256
# A point of P-521 takes 133 bytes.
MAX_HPKE_KEY: constant(uint256) = 160
MAX_KEY_CONFIG: constant(uint256) = 256

# Of ASCII: "!" and "~".
_FIRST_VISIBLE: constant(uint256) = 33
_LAST_VISIBLE: constant(uint256) = 126

# Who an enclave is; never changed.
struct Identity:
    publicKey: Bytes[MAX_KEY]
    pcrHash: bytes32
    teeType: uint8

# Keys of Oblivious HTTP (RFC 9458); an empty `publicKey` stands for none.
struct OhttpKeys:
    keyId: uint8
    kemId: uint16
    kdfId: uint16
    aeadId: uint16
    publicKey: Bytes[MAX_HPKE_KEY]
    keyConfig: Bytes[MAX_KEY_CONFIG]

# Where an enclave is reached and paid; its owner's to change.
struct Service:
    paymentAddress: address
    endpoint: String[MAX_ENDPOINT]
    tlsCertificate: Bytes[MAX_CERTIFICATE]
    ohttp: OhttpKeys

# As clients read it: the order of fields is that on the wire.
struct OhttpConfig:
    keyId: uint8
    kemId: uint16
    kdfId: uint16
    aeadId: uint16
    publicKey: Bytes[MAX_HPKE_KEY]
    keyConfig: Bytes[MAX_KEY_CONFIG]
    registeredAt: uint256

# As clients read it: the order of fields is that on the wire.
struct TEE:
    owner: address
    paymentAddress: address
    endpoint: String[MAX_ENDPOINT]
    publicKey: Bytes[MAX_KEY]
    tlsCertificate: Bytes[MAX_CERTIFICATE]
    pcrHash: bytes32
    teeType: uint8
    enabled: bool
    registeredAt: uint256
    lastHeartbeatAt: uint256
    ohttpConfig: OhttpConfig


@internal
@pure
def _check(service: Service):
    assert service.paymentAddress != empty(address), "no payment address"
    assert len(service.tlsCertificate) > 0, "no certificate"
    assert len(service.endpoint) > 0, "no endpoint"
    text: Bytes[MAX_ENDPOINT] = convert(service.endpoint, Bytes[MAX_ENDPOINT])
    for place: uint256 in range(len(text), bound=MAX_ENDPOINT):
        character: uint256 = convert(slice(text, place, 1), uint256)
        assert _FIRST_VISIBLE <= character and character <= _LAST_VISIBLE, "endpoint is not plain ASCII"


@internal
@pure
def _ohttp_config(keys: OhttpKeys, since: uint256) -> OhttpConfig:
    return OhttpConfig(
        keyId=keys.keyId,
        kemId=keys.kemId,
        kdfId=keys.kdfId,
        aeadId=keys.aeadId,
        publicKey=keys.publicKey,
        keyConfig=keys.keyConfig,
        registeredAt=since,
    )
