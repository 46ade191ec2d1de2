"""Signed notes (c2sp.org/signed-note): a text, a blank line, and signature lines.

::

    example.com/log
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+...

A signature line by a key that the reader does not know is ignored, as the specification demands; a
line by a known key must verify and may stand there only once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.errors import FormatError
from assay.trust.text import is_showable
from assay.trust.transparency.encoding import decode_base64, encode_base64

MAX_SIGNATURES = 100
"""Signature lines accepted on one note; a reader must take at least 16."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(\S+)", re.ASCII)
_SIGNATURE_LINE = re.compile("— ([^ ]+) ([^ ]+)")
_KEY_ID_BYTES = 4


class NoteError(FormatError):
    """A note, checkpoint or verifier key is malformed, or lacks a signature that verifies."""

    code = "note_invalid"
    hint = "compare the verifier key with the one the log's operator published"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. ``signature`` is opaque here: its key's algorithm gives it meaning."""

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read one line, without its newline.

        Raises:
            NoteError: the line is not ``— <key name> <base64>``.
        """
        match = _SIGNATURE_LINE.fullmatch(line)
        if match is None:
            raise NoteError("a signature line is not an em dash, a key name and base64")
        name = _checked_name(match[1])
        blob = decode_base64(match[2])
        if len(blob) <= _KEY_ID_BYTES:
            raise NoteError("a signature line has a key id and no signature")
        return cls(name, blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])

    def encode(self) -> str:
        """The line, without its newline."""
        return f"— {self.name} {encode_base64(self.key_id + self.signature)}"


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key that signs notes: Ed25519 over the note text, signature type 0x01."""

    signature_type: ClassVar[int] = 0x01

    name: str
    public_key: bytes
    """Raw Ed25519 public key, 32 bytes (RFC 8032)."""

    def __post_init__(self) -> None:
        _checked_name(self.name)
        if len(self.public_key) != 32:
            raise NoteError("an Ed25519 public key is 32 bytes long")

    @classmethod
    def from_vkey(cls, vkey: str) -> Self:
        """Read ``<name>+<key id in lower-case hex>+<base64(type || key)>``.

        Raises:
            NoteError: malformed, of another signature type, or the key id does not belong to the key.
        """
        match = _VKEY.fullmatch(vkey)
        if match is None:
            raise NoteError("a verifier key is not <name>+<key id>+<key>")
        material = decode_base64(match[3])
        if material[0] != cls.signature_type:
            raise NoteError(
                f"a verifier key has type {material[0]:#04x} instead of {cls.signature_type:#04x}"
            )
        verifier = cls(match[1], material[1:])
        if verifier.key_id.hex() != match[2]:
            raise NoteError("a verifier key carries the key id of another key")
        return verifier

    @property
    def vkey(self) -> str:
        """The text form that :meth:`from_vkey` reads."""
        material = bytes([self.signature_type]) + self.public_key
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(material)}"

    @property
    def key_id(self) -> bytes:
        """``SHA-256(name || 0x0A || type || public key)[:4]``: tells keys of one name apart, no more."""
        material = self.name.encode() + b"\n" + bytes([self.signature_type]) + self.public_key
        return hashlib.sha256(material).digest()[:_KEY_ID_BYTES]

    def matches(self, signature: NoteSignature) -> bool:
        """Whether a signature line claims to be by this key."""
        return signature.name == self.name and signature.key_id == self.key_id

    def check(self, text: str, signature: NoteSignature) -> None:
        """Check one signature line over a note text.

        Raises:
            NoteError: it is another key's line, or it does not verify.
        """
        message, ed25519_signature = self._signed(text, signature.signature)
        try:
            if not self.matches(signature):
                raise InvalidSignature
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(ed25519_signature, message)
        except (InvalidSignature, ValueError):
            raise NoteError(f"the signature of {self.name} does not verify") from None

    def _signed(self, text: str, signature: bytes) -> tuple[bytes, bytes]:
        """What was signed, and the bare Ed25519 signature over it."""
        return text.encode(), signature


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A private key that signs notes under a name, usually the origin of a log."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> NoteVerifier:
        """The public half."""
        return NoteVerifier(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> SignedNote:
        """A note with this one signature. ``text`` ends in a newline."""
        signature = self.private_key.sign(text.encode())
        return SignedNote(text, (NoteSignature(self.name, self.verifier.key_id, signature),))


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and the signature lines under it. Nothing in it is to be believed before :meth:`verify`."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise NoteError("a note's text has control characters or does not end in a newline")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise NoteError(
                f"a note carries {len(self.signatures)} signatures; 1 to {MAX_SIGNATURES} are allowed"
            )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note; :meth:`encode` gives back exactly ``data``.

        Raises:
            FormatError: the bytes are not one well-formed signed note.
        """
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError:
            raise NoteError("a note is not UTF-8") from None
        text, blank_line, lines = note.rpartition("\n\n")
        if not blank_line or not lines.endswith("\n"):
            raise NoteError("a note has no blank line before its signatures, or no newline after them")
        return cls(text + "\n", tuple(NoteSignature.parse(line) for line in lines[:-1].split("\n")))

    def encode(self) -> bytes:
        """The note as it is stored and sent."""
        lines = "".join(f"{signature.encode()}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def is_signed_by(self, verifier: NoteVerifier) -> bool:
        """Whether the note carries this key's signature.

        Raises:
            NoteError: it claims to, but the line does not verify or stands there twice.
        """
        lines = [signature for signature in self.signatures if verifier.matches(signature)]
        if len(lines) > 1:
            raise NoteError(f"the note carries {len(lines)} signatures of {verifier.name}")
        for line in lines:
            verifier.check(self.text, line)
        return bool(lines)

    def verify(self, verifier: NoteVerifier) -> None:
        """Demand this key's signature.

        Raises:
            NoteError: it is missing or does not verify.
        """
        if not self.is_signed_by(verifier):
            raise NoteError(f"the note is not signed by {verifier.name}")

    def with_signature(self, signature: NoteSignature) -> Self:
        """The same note with one more signature line, replacing one by the same key."""
        others = tuple(
            other
            for other in self.signatures
            if (other.name, other.key_id) != (signature.name, signature.key_id)
        )
        return replace(self, signatures=(*others, signature))


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(map(str.isspace, name)) or not is_showable(name):
        raise NoteError("a key name is empty or contains a space, a plus sign or a control character")
    return name
