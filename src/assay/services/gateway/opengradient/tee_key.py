"""The key that OpenGradient's clients know a gateway by: RSA, made at each boot, never written anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.engines.chain.library import keccak
from assay.trust.envelope import encode_base64

_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


@dataclass(frozen=True, slots=True)
class TeeSignature:
    """That a gateway gave an output for a request, at a time."""

    request: bytes
    """Keccak-256 of the request's signed bytes."""
    output: bytes
    """Keccak-256 of the output's UTF-8."""
    timestamp: int
    """Unix seconds."""
    tee_id: str
    signature: bytes

    def to_json(self) -> dict[str, str | int]:
        """As answers carry it."""
        return {
            "tee_signature": encode_base64(self.signature),
            "tee_request_hash": self.request.hex(),
            "tee_output_hash": self.output.hex(),
            "tee_timestamp": self.timestamp,
            "tee_id": self.tee_id,
        }


class TeeKey:
    """An RSA-2048 key pair that lives as long as this process."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key()
        self.public_key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        """SubjectPublicKeyInfo in DER, as the registry of enclaves has it."""
        self.pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.tee_id = f"0x{keccak(self.public_key).hex()}"
        """Keccak-256 of `public_key`: by this name a registry lists the enclave."""

    def sign(self, request: bytes, output: str, timestamp: int) -> TeeSignature:
        """RSA-PSS with SHA-256 over ``keccak256(keccak256(request) || keccak256(output) || uint256(timestamp))``."""
        digests = keccak(request), keccak(output.encode())
        message = keccak(b"".join((*digests, timestamp.to_bytes(32))))
        return TeeSignature(*digests, timestamp, self.tee_id, self._key.sign(message, _PSS, hashes.SHA256()))
