"""Reference values: which measurements known code shows, said and signed by whoever built it (RFC 9334 §4.1, §7).

A file of them is a DSSE envelope around an in-toto Statement v1 about the image, as canonical JSON. What it says is
worth what its publisher's key is worth, and anybody with the same inputs can compute it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assay.errors import AssayError, FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import STATEMENT_TYPE, Envelope, key_id
from assay.trust.evidence.anchors import AnchorKind
from assay.trust.text import read_text
from assay.trust.timestamp import read_time, write_time

PREDICATE_TYPE = "urn:assay:measurements:v1"
SUBJECT = "layer.tar"
"""The image, by the name of its one file."""


class PublisherNotBelieved(AssayError):
    """Reference values are signed by another key than the one they were asked from."""

    code = "publisher_not_believed"
    hint = "get the publisher's key another way than the file, and compare"


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """What one kind of enclave shows when it runs the image."""

    family: str
    """The evidence format, such as ``nitro``."""
    kind: AnchorKind
    """What stands behind such evidence; a simulated Nitro enclave measures otherwise than a real one."""
    registers: Mapping[str, str]
    """Name to lower-case hexadecimal, as in `Claims.measurements`; registers that do not matter are left out."""

    def to_json(self) -> dict[str, Any]:
        return {"family": self.family, "kind": self.kind.value, "registers": dict(self.registers)}


@dataclass(frozen=True, slots=True)
class ReferenceValues:
    """What a publisher says of one image."""

    image: str
    """SHA-384 of the layer's tar, lower-case hexadecimal like all digests here."""
    inputs: Mapping[str, str]
    """SHA-384 of what the image was made from: ``packages``, ``config``, ``policy``, ``lock``, as far as given."""
    values: tuple[ReferenceValue, ...]
    revision: str
    """The source's revision, such as a commit; empty when it was not said."""
    publisher: str
    """The raw Ed25519 public key that signs, hex."""
    built_at: datetime
    """When the publisher measured; aware, UTC, in milliseconds."""

    def to_json(self) -> dict[str, Any]:
        return {
            "_type": STATEMENT_TYPE,
            "predicate": {
                "built_at": write_time(self.built_at),
                "inputs": dict(self.inputs),
                "measurements": [value.to_json() for value in self.values],
                "publisher": self.publisher,
                "revision": self.revision,
            },
            "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {"sha384": self.image}, "name": SUBJECT}],
        }

    def sign(self, sign: Callable[[bytes], bytes]) -> bytes:
        """The signed file; ``sign`` makes an Ed25519 signature by `publisher` over its argument."""
        payload = canonicalize(self.to_json())
        return Envelope.sign(payload, key_id(bytes.fromhex(self.publisher)), sign).to_bytes()

    @classmethod
    def verify(cls, data: bytes, publisher: str | None = None) -> ReferenceValues:
        """What a signed file says, if its publisher signed it.

        ``publisher`` is the key in hex that is believed; without one, the file names its key itself, and the caller
        has to judge it. Raises `FormatError`, `SignatureError`, or `PublisherNotBelieved`.
        """
        envelope = Envelope.from_bytes(data)
        values = cls._parse(envelope.payload)
        envelope.check(bytes.fromhex(values.publisher))
        if publisher not in (None, values.publisher):
            raise PublisherNotBelieved(f"the reference values are signed by {values.publisher}")
        return values

    @classmethod
    def _parse(cls, payload: bytes) -> ReferenceValues:
        """Every member present, of its type, and no other."""
        value = parse_canonical(payload)
        try:
            predicate = value["predicate"]
            values = cls(
                image=_hex(value["subject"][0]["digest"]["sha384"]),
                inputs=_digests(predicate["inputs"]),
                values=tuple(map(_value, predicate["measurements"])),
                revision=read_text(predicate["revision"]),
                publisher=_hex(predicate["publisher"]),
                built_at=read_time(predicate["built_at"]),
            )
            exact = values.to_json() == value
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"This is not a statement of type {PREDICATE_TYPE}.") from error
        if not exact:
            raise FormatError("The reference values have members that their type does not know.")
        return values


def _value(value: Any) -> ReferenceValue:
    registers = _digests(value["registers"])
    if not registers:
        raise ValueError("a reference value without a register fits everything")
    return ReferenceValue(read_text(value["family"]), AnchorKind(value["kind"]), registers)


def _digests(value: Any) -> dict[str, str]:
    return {read_text(name): _hex(digest) for name, digest in value.items()}


def _hex(value: Any) -> str:
    if bytes.fromhex(read_text(value)).hex() != value or not value:
        raise ValueError(value)
    return str(value)
