"""The evidence file, examined: as it comes, put together of pieces, and with a report that says anything at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.fuzz import snp
from tests.fuzz.door import Door
from tests.fuzz.packing import pack, unpack_all
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.machines import KEY, Machine

from assay.trust.evidence import Evidence
from assay.trust.evidence.collection import Collection
from assay.trust.evidence.examination import examine
from assay.trust.evidence.judge import Judge
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.verdict import Level

NEXT_PART = b"\0\xffPART\xff\0"


def doors() -> list[Door]:
    machine = Machine()
    judge = machine.judge()
    whole = machine.collection(nonce=b"n")
    named = [whole, machine.collection(), replace(whole, certificate=_certificate())]
    collections = [less for one in named for less in _with_less(one)]
    enter = _examining(judge)
    return [
        Door("file", enter, [one.to_bytes() for one in collections], sealed=True),
        Door(
            "pieces",
            lambda data: enter(_put_together(data)),
            [_take_apart(one) for one in collections],
            sealed=True,
        ),
        _reported(judge),
    ]


def _examining(judge: Judge) -> Callable[[bytes], object]:
    def enter(file: bytes) -> object:
        examined = examine(judge, file, NOW, key=KEY)
        level = examined.verdict.level
        if level is Level.REJECTED or examined.judgement is None:
            return None
        return level, examined.judgement.claims

    return enter


def _with_less(collection: Collection) -> list[Collection]:
    """The collection, and what is left of it when somebody takes out what nothing signs to be there."""
    alone = replace(collection, parts=collection.parts[:1])
    return [less for one in (collection, alone) for less in (one, _without_list(one))]


def _without_list(collection: Collection) -> Collection:
    processor, *others = collection.parts
    files = {name: content for name, content in processor.collateral.items() if name != "crl"}
    return replace(collection, parts=(replace(processor, collateral=files), *others))


def _certificate() -> KeyCertificate:
    identity = Ed25519PrivateKey.generate()
    node = identity.public_key().public_bytes_raw().hex()
    day = timedelta(days=1)
    return KeyCertificate.issue(node, KEY.hex(), NOW - day, NOW + day, identity.sign)


def _reported(judge: Judge) -> Door:
    """A report that says anything at all, signed, so that the rules see it."""
    bare = Collection((), b"")

    def enter(data: bytes) -> object:
        file = replace(bare, parts=(snp.sign(data),)).to_bytes()
        return examine(judge, file, NOW).verdict.level

    return Door("signed report", enter, snp.signed_seeds())


def _take_apart(collection: Collection) -> bytes:
    keys = pack([collection.key, collection.nonce, *collection.channel_keys])
    return NEXT_PART.join([keys, *map(_part_to_pieces, collection.parts)])


def _put_together(data: bytes) -> bytes:
    keys, *parts = data.split(NEXT_PART)
    key, nonce, *channel_keys = unpack_all(keys, 2)
    return Collection(tuple(map(_part_from_pieces, parts)), key, tuple(channel_keys), nonce).to_bytes()


def _part_to_pieces(part: Evidence) -> bytes:
    files = (piece for name, content in part.collateral.items() for piece in (name.encode(), content))
    return pack([part.family.encode(), part.document, *files])


def _part_from_pieces(data: bytes) -> Evidence:
    family, document, *files = unpack_all(data, 2)
    names = (name.decode(errors="replace") for name in files[::2])
    return Evidence(family.decode(errors="replace"), document, dict(zip(names, files[1::2], strict=False)))
