"""AWS Nitro: the document, what its own key signed, and certificates of a root that is pinned as it comes."""

from __future__ import annotations

import cbor2
from tests.fuzz.documents import whole
from tests.fuzz.door import Door
from tests.fuzz.packing import pack, unpack
from tests.unit.trust.evidence import real_nitro
from tests.unit.trust.evidence.forgery import NOW, Party, anchor, certify, chain_of, document, payload

from assay.trust.evidence import Claims, Evidence, cose, nitro


def doors() -> list[Door]:
    root = certify("root", path_length=2)
    region = certify("region", root, path_length=1)
    chain = chain_of(root, region, certify("instance", region, path_length=0))
    filled = {"nonce": b"n" * 32, "user_data": b"u" * 64, "public_key": b"k" * 91}
    documents = [
        Evidence("nitro", document(chain)),
        Evidence("nitro", b"\xd2" + document(chain, **filled)),
        Evidence("nitro", document(chain, pcrs={index: bytes(48) for index in range(16)})),
    ]
    found = [whole("document", [anchor(root)], NOW, documents), _signed(chain, filled), _certificates(chain)]
    if real_nitro.FILE.exists():
        real = [Evidence("nitro", real_nitro.document())]
        found.append(whole("real document", [real_nitro.AWS_ROOT_G1], real_nitro.ISSUED, real))
    return found


def _signed(chain: list[Party], filled: dict[str, bytes]) -> Door:
    def enter(data: bytes) -> Claims:
        return nitro.verify(cose.sign1(chain[-1].key, data), [anchor(chain[0])], NOW)

    return Door("signed payload", enter, [cbor2.dumps(payload(chain)), cbor2.dumps(payload(chain, **filled))])


def _certificates(chain: list[Party]) -> Door:
    def enter(data: bytes) -> Claims:
        *above, leaf = unpack(data, len(chain))
        signed = cbor2.dumps(payload(chain, cabundle=above, certificate=leaf))
        return nitro.verify(cose.sign1(chain[-1].key, signed), [anchor(above[0])], NOW)

    return Door("certificates", enter, [pack(party.der for party in chain)])
