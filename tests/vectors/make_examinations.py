"""Write `examinations.json`: `python -m tests.vectors.make_examinations`. Its keys are fresh each time, kept nowhere.

The file is for other implementations; `tests/unit/trust/evidence/test_examinations.py` holds this one to it. Each case
has a node's evidence file, the roots that are believed and the registers of known code, the time to judge at, the key
and the challenge to compare with, or null; and what to expect: the level, the status of each line, the names of the
rules that speak, and the code of the error where there is no genuine evidence. All bytes are in base64.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import HOUR, NOW, Party
from tests.unit.trust.evidence.snp import forgery as amd
from tests.vectors.examined import Case, outcome

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.node_key import NodeKey
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.services.gateway.attestor import Attestor
from assay.trust.evidence import AnchorKind, Evidence, TrustAnchor, roots
from assay.trust.evidence.collection import Collection, challenge
from assay.trust.keys.certificate import KeyCertificate

FILE = Path(__file__).with_name("examinations.json")

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
TODAY, YESTERDAY = b"today's challenge", b"yesterday's challenge"
NITRO_CODE = {f"PCR{index}": (bytes([index + 1]) * 48).hex() for index in range(3)}
SNP_CODE = {"MEASUREMENT": (b"m" * 48).hex()}
ZEROS = {register: bytes(48) for register in range(16)}


def stands(name: str, asked: Case, level: str, *speaks: str) -> dict[str, Any]:
    """A case in which no line fails; ``speaks`` are the rules that do."""
    return _case(name, asked, level, [], speaks, None)


def fails(name: str, asked: Case, line: str, *speaks: str) -> dict[str, Any]:
    """A case of genuine evidence in which this line alone fails."""
    return _case(name, asked, "REJECTED", [line], speaks, None)


def refused(name: str, asked: Case, error: str) -> dict[str, Any]:
    """A case in which there is no genuine evidence, for the reason with this code."""
    line = "validity" if error == "evidence_expired" else "evidence"
    return _case(name, asked, "REJECTED", [line], [], error)


def _case(
    name: str, asked: Case, level: str, failing: Sequence[str], speaks: Sequence[str], error: str | None
) -> dict[str, Any]:
    seen = outcome(asked)
    failed = [line for line, status in seen["checks"].items() if status == "failed"]
    spoken = sorted(seen["rejected"] + seen["warned"])
    if (seen["level"], failed, spoken, seen["error"]) != (level, list(failing), sorted(speaks), error):
        raise SystemExit(f"{name}: {seen}")
    return {"name": name, **asked.to_json(), "expect": seen}


@dataclass(frozen=True)
class Enclave:
    """A Nitro enclave under a root of our own, which is as good as AWS's for whoever pins it so."""

    chain: list[Party]

    @property
    def anchor(self) -> TrustAnchor:
        return forgery.anchor(self.chain[0])

    def part(self, bound: bytes = b"", nonce: bytes | None = None, **changes: object) -> Evidence:
        document = forgery.document(self.chain, user_data=bound, nonce=nonce, **changes)
        return Evidence("nitro", document)

    def collection(self, nonce: bytes = b"", **changes: object) -> Collection:
        named = Collection((), KEY, nonce=nonce)
        return replace(named, parts=(self.part(named.bound, **changes),))


def guest(files: Mapping[str, bytes] | None = None, **changes: int | bytes) -> Collection:
    """A SEV-SNP guest's file; ``changes`` are to its report."""
    named = Collection((), KEY)
    report = amd.report(**{"report_data": named.bound, **changes})
    return replace(named, parts=(Evidence("snp", report, amd.collateral() if files is None else files),))


def simulated_cases() -> Iterator[dict[str, Any]]:
    with TemporaryDirectory() as directory:
        place = Path(directory)
        enclave = SimulatedEnclave.open(place / "enclave", clock=lambda: NOW)
        key = BootKey(NodeKey.open(place / "keys"), lambda: NOW)
        file = Attestor(enclave, key, place / "evidence", lambda: NOW).attest(TODAY)
        anchor, code = enclave.anchor(), enclave.measurements
    node = Case(file, [anchor], [code], key=key.public_key, nonce=TODAY)
    as_vendor = replace(node, anchors=[replace(anchor, kind=AnchorKind.PRODUCTION)])
    by_vendors = replace(node, anchors=roots.PRODUCTION)
    rewritten = replace(node, nonce=None, file=file.replace(b'"nonce":"74', b'"nonce":"75'))

    yield stands("simulated: a node", node, "SIGNED-SIMULATED")
    yield stands("simulated: unknown code", replace(node, references=()), "SIGNED-SIMULATED", "unknown_code")
    yield stands("simulated: an hour later", replace(node, at=NOW + HOUR), "SIGNED-SIMULATED")
    yield refused("simulated: a day later", replace(node, at=NOW + 24 * HOUR), "evidence_expired")
    yield refused("simulated: under the vendors' roots", by_vendors, "evidence_untrusted_root")
    yield refused("simulated: its root pinned as a vendor's", as_vendor, "evidence_simulated")
    yield fails("simulated: replayed", replace(node, nonce=YESTERDAY), "nonce")
    yield fails("simulated: another nonce written over it", rewritten, "binding")
    yield fails("simulated: another key than asked about", replace(node, key=OTHER_KEY), "binding")
    yield from certificate_cases(node)
    yield from file_cases(node)


def certificate_cases(node: Case) -> Iterator[dict[str, Any]]:
    """What a node says of the key, in a file that is well in all else."""
    collection = Collection.from_bytes(node.file)
    own = collection.certificate
    if own is None:
        raise SystemExit("a node certifies its key")
    identity = NodeKey(Ed25519PrivateKey.generate())

    def certified(certificate: KeyCertificate | None) -> Case:
        return replace(node, file=replace(collection, certificate=certificate).to_bytes())

    def issued(key: str, until: timedelta) -> Case:
        name = identity.public_key.hex()
        return certified(KeyCertificate.issue(name, key, NOW - HOUR, NOW + until, identity.sign))

    longer = replace(own, not_after="9999-12-31T23:59:59.999Z")
    yield stands("certificate: none", certified(None), "SIGNED-SIMULATED")
    yield stands("certificate: in its last moment", issued(own.key, timedelta()), "SIGNED-SIMULATED")
    yield fails("certificate: over", issued(own.key, timedelta(milliseconds=-1)), "binding")
    yield fails("certificate: made to last longer", certified(longer), "binding")
    yield fails("certificate: for another key", issued(OTHER_KEY.hex(), HOUR), "binding")
    yield fails("certificate: in another's name", certified(replace(own, node=OTHER_KEY.hex())), "binding")


def file_cases(node: Case) -> Iterator[dict[str, Any]]:
    """Files that are no evidence files, or are written in another way than the one."""
    file = node.file
    written = json.loads(file)
    certificate = written["certificate"]
    others = {
        "nothing": b"",
        "cut short": file[:-1],
        "a line end after it": file + b"\n",
        "a byte order mark before it": b"\xef\xbb\xbf" + file,
        "not UTF-8": file.replace(b'"family":"nitro"', b'"family":"\xff"'),
        "half a character": file.replace(b'"family":"nitro"', b'"family":"\\ud800"'),
        "spaces between": json.dumps(written).encode(),
        "a member twice": file.replace(b'"nonce":', b'"nonce":"","nonce":', 1),
        "a member more": _canonical({**written, "zone": None}),
        "a member less": _canonical({name: value for name, value in written.items() if name != "nonce"}),
        "a nonce in capitals": _canonical({**written, "nonce": "AB"}),
        "another type": _canonical({**written, "type": "urn:assay:evidence:v2"}),
        "no parts": _canonical({**written, "parts": []}),
        "ten parts": _canonical({**written, "parts": written["parts"] * 10}),
        "a node without a name": _canonical({**written, "certificate": {**certificate, "node": ""}}),
        "a node named in words": _canonical({**written, "certificate": {**certificate, "node": "mine"}}),
        "a day that never was": _canonical(
            {**written, "certificate": {**certificate, "not_after": "2026-02-30T12:00:00.000Z"}}
        ),
    }
    for name, content in others.items():
        yield refused(f"file: {name}", replace(node, file=content), "evidence_malformed")


def nitro_cases() -> Iterator[dict[str, Any]]:
    root = forgery.certify("root")
    enclave = Enclave(forgery.chain_of(root, forgery.certify("region", root)))
    anchor, first = enclave.anchor, enclave.collection(nonce=TODAY)
    well = Case(first.to_bytes(), [anchor], [NITRO_CODE], key=KEY, nonce=TODAY)
    two_of_three = [{**NITRO_CODE, "PCR2": "00" * 48}]
    engineering = [replace(anchor, kind=AnchorKind.DEBUG)]
    software = [replace(anchor, kind=AnchorKind.SIMULATED)]

    def of(collection: Collection) -> Case:
        return replace(well, file=collection.to_bytes(), nonce=None)

    def issued(after_ms: int) -> Case:
        return of(enclave.collection(timestamp=int(NOW.timestamp() * 1000) + after_ms))

    yield stands("nitro: known code", well, "ATTESTED")
    yield stands("nitro: nothing to compare with", replace(well, key=None, nonce=None), "ATTESTED")
    yield stands("nitro: unknown code", replace(well, references=[]), "ATTESTED-WARN", "unknown_code")
    yield stands("nitro: an empty reference", replace(well, references=[{}]), "ATTESTED-WARN", "unknown_code")
    yield stands("nitro: two of three registers", replace(well, references=two_of_three), "ATTESTED-WARN",
                 "unknown_code")  # fmt: skip
    yield stands("nitro: one of two references", replace(well, references=[SNP_CODE, NITRO_CODE]), "ATTESTED")
    yield stands("nitro: under a simulated root", replace(well, anchors=software), "SIGNED-SIMULATED")
    yield fails("nitro: under a root of engineering parts", replace(well, anchors=engineering), "appraisal",
                "debug_root")  # fmt: skip
    yield fails("nitro: all registers zero", of(enclave.collection(pcrs=ZEROS)), "appraisal",
                "unknown_code", "zero_measurement")  # fmt: skip
    yield stands("nitro: a clock that runs ahead a little", issued(120_000), "ATTESTED")
    yield fails("nitro: from the future", issued(120_001), "appraisal", "from_the_future")
    yield fails("nitro: rules are told the minute", replace(issued(120_001), at=NOW + timedelta(seconds=59)),
                "appraisal", "from_the_future")  # fmt: skip

    channels = Collection((), KEY, (b"of TLS", b"of HPKE"), TODAY)
    channels = replace(channels, parts=(enclave.part(channels.bound),))
    turned = replace(channels, channel_keys=channels.channel_keys[::-1])
    stolen = replace(of(replace(first, key=OTHER_KEY)), key=None)
    yield stands("nitro: with keys of its channels", of(channels), "ATTESTED")
    yield fails("nitro: those keys in another order", of(turned), "binding")
    yield fails(
        "nitro: a channel's key that is not bound", of(replace(first, channel_keys=(b"of TLS",))), "binding"
    )
    yield fails("nitro: a key that is not bound", stolen, "binding")
    yield from bare_cases(enclave, well)
    yield from part_cases(enclave, well)


def bare_cases(enclave: Enclave, well: Case) -> Iterator[dict[str, Any]]:
    """Documents that are for no key of a node's."""

    def of(bound: bytes, nonce: bytes | None, asked: bytes, key: bytes | None = None) -> Case:
        file = Collection((enclave.part(bound, nonce),), b"").to_bytes()
        return replace(well, file=file, key=key, nonce=asked)

    yield stands("bare: its own nonce", of(b"", TODAY, TODAY), "ATTESTED")
    yield stands("bare: a nonce in its bytes", of(TODAY + bytes(9), None, TODAY), "ATTESTED")
    yield stands("bare: none, and none asked for", of(b"", None, b""), "ATTESTED")
    yield fails("bare: a key that it could be for", of(b"", TODAY, TODAY, KEY), "binding")
    yield fails("bare: replayed", of(TODAY, YESTERDAY, TODAY), "nonce")


def part_cases(enclave: Enclave, well: Case) -> Iterator[dict[str, Any]]:
    """Files of two parts. Nitro has no accelerators; a second document of its stands for one."""
    first = enclave.collection()
    answer = challenge(first.parts[0].document)

    def with_second(part: Evidence) -> Case:
        return replace(well, file=replace(first, parts=(*first.parts, part)).to_bytes(), nonce=None)

    borrowed = enclave.part(nonce=challenge(b"another machine's"))
    debugged = enclave.part(nonce=answer, pcrs=ZEROS)
    unknown = Evidence("sgx", b"a quote")
    yield stands("parts: the second answers", with_second(enclave.part(nonce=answer)), "ATTESTED")
    yield refused("parts: the second is borrowed", with_second(borrowed), "evidence_borrowed")
    yield refused("parts: the second answers nothing", with_second(enclave.part()), "evidence_borrowed")
    yield refused("parts: the second is of no known family", with_second(unknown), "evidence_unknown_family")
    yield fails("parts: the second is debugged", with_second(debugged), "appraisal", "unknown_code",
                "zero_measurement")  # fmt: skip


def snp_cases() -> Iterator[dict[str, Any]]:
    ark = amd.ark("Milan")
    ahead = amd.tcb("Milan", {**amd.SVNS, "snp": amd.SVNS["snp"] + 1})
    stale = amd.crl(ark, window=(NOW - 2 * HOUR, NOW - HOUR))
    forged = bytearray(guest().parts[0].document)
    forged[0x090] ^= 1
    changed = replace(guest(), parts=(Evidence("snp", bytes(forged), amd.collateral()),))

    def of(collection: Collection, kind: AnchorKind = AnchorKind.PRODUCTION) -> Case:
        return Case(collection.to_bytes(), [amd.anchor(ark, kind)], [NITRO_CODE, SNP_CODE], key=KEY)

    def with_file(name: str, content: bytes | None) -> Case:
        return of(guest(amd.collateral(**{name: content})))

    yield stands("snp: known code", of(guest()), "ATTESTED")
    yield stands("snp: under a simulated root", of(guest(), AnchorKind.SIMULATED), "SIGNED-SIMULATED")
    yield stands("snp: unknown code", of(guest(measurement=b"x" * 48)), "ATTESTED-WARN", "unknown_code")
    yield stands("snp: no revocation list", with_file("crl", None), "ATTESTED-WARN", "missing_collateral")
    yield stands("snp: asked for at a lower privilege", of(guest(vmpl=2)), "ATTESTED-WARN", "vmpl")
    yield stands("snp: may be migrated", of(guest(policy=0x7001F)), "ATTESTED-WARN", "migratable")
    yield stands(
        "snp: a key of older firmware", of(guest(committed_tcb=ahead)), "ATTESTED-WARN", "tcb_behind"
    )
    yield fails("snp: nothing measured", of(guest(measurement=bytes(48))), "appraisal", "unknown_code",
                "zero_measurement")  # fmt: skip
    yield fails("snp: debug", of(guest(policy=0xB001F)), "appraisal", "debug")
    yield fails("snp: debug, and more", of(guest(policy=0xF001F, vmpl=1)), "appraisal", "debug", "migratable",
                "vmpl")  # fmt: skip
    yield refused("snp: revocation list out of date", with_file("crl", stale), "evidence_expired")
    yield refused("snp: no VCEK", with_file("vcek", None), "evidence_collateral_missing")
    yield refused("snp: its measurement changed", of(changed), "evidence_signature")


def _canonical(value: Any) -> bytes:
    """RFC 8785, of the ASCII text that these files are."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def main() -> None:
    cases = [*simulated_cases(), *nitro_cases(), *snp_cases()]
    FILE.write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
