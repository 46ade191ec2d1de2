"""Bytes changed at random, in what a signature covers and under signatures that are right."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.interop.web import running
from tests.interop.web.agreeing import agree, flipped, nitro, snp, spliced, with_collateral, with_document
from tests.interop.web.running import Case
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import NOW, Party

from assay.trust.evidence import Evidence

pytestmark = running.needed


def test_they_agree_on_changed_documents(chain: list[Party]) -> None:
    chance = random.Random(1)
    for case in (nitro(chain, nonce=b"n" * 32, user_data=b"u" * 64), snp(), snp("Turin", 5)):
        document = case.evidence.document
        changed = [flipped(document, chance) for _ in range(100)] + [
            spliced(document, chance) for _ in range(40)
        ]
        agree([case, *(with_document(case, each) for each in changed)])


def test_they_agree_on_changed_certificates_under_a_right_signature(chain: list[Party]) -> None:
    """The root is pinned as changed, so that its form, not its fingerprint, is what is judged."""
    chance = random.Random(4)

    def changed() -> Iterator[Case]:
        for _ in range(400):
            ders = [party.der for party in chain]
            position = chance.randrange(len(ders))
            ders[position] = flipped(ders[position], chance, times=chance.choice((1, 1, 2)))
            document = forgery.document(chain, certificate=ders[-1], cabundle=ders[:-1])
            yield Case(Evidence("nitro", document), (forgery.anchor(ders[0]),), NOW)

    agree(list(changed()), on_the_code=False)


def test_they_agree_on_changed_collateral() -> None:
    chance = random.Random(5)
    case = snp()
    cases: list[Case] = []
    for name in ("vcek", "crl", "chain"):
        content = case.evidence.collateral[name]
        cases += [with_collateral(case, name, flipped(content, chance)) for _ in range(80)]
        cases += [with_collateral(case, name, spliced(content, chance)) for _ in range(20)]
    agree(cases, on_the_code=False)
