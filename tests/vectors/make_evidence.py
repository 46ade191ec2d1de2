"""Write `evidence.json`: `python -m tests.vectors.make_evidence`. Its keys are fresh each time and kept nowhere.

The file is for other implementations; `tests/unit/trust/evidence/test_vectors.py` holds this one to it. Each case has
a document, its collateral and anchors, all bytes in base64, the time to judge at, and what to expect: the claims, or
the code of the error.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.snp import forgery as amd

from assay.engines.enclave.simulated import SimulatedEnclave
from assay.trust.evidence import AnchorKind, Claims, Evidence, EvidenceError, TrustAnchor
from assay.trust.evidence.families import verify

FILE = Path(__file__).with_name("evidence.json")

DAY = timedelta(days=1)


def case(
    name: str,
    family: str,
    document: bytes,
    anchor: TrustAnchor,
    expect: str | None = None,
    *,
    collateral: Mapping[str, bytes] | None = None,
    at: datetime = NOW,
) -> dict[str, Any]:
    """One case; ``expect`` is the code of the error, or None where there are claims."""
    evidence = Evidence(family, document, collateral or {})
    outcome = judge(evidence, [anchor], at)
    if outcome.get("error") != expect:
        raise SystemExit(f"{name}: {outcome}")
    return {
        "name": name,
        "family": family,
        "document": _base64(document),
        "collateral": {name: _base64(content) for name, content in evidence.collateral.items()},
        "anchors": [anchor.to_json()],
        "at": _time(at),
        "expect": outcome,
    }


def judge(evidence: Evidence, anchors: list[TrustAnchor], at: datetime) -> dict[str, Any]:
    """What this implementation makes of a case."""
    try:
        return {"claims": to_json(verify(evidence, anchors, at))}
    except EvidenceError as error:
        return {"error": error.code}


def to_json(claims: Claims) -> dict[str, Any]:
    return {
        "family": claims.family,
        "anchor": claims.anchor.to_json(),
        "identity": claims.identity,
        "measurements": dict(claims.measurements),
        "code": list(claims.code),
        "bound": _base64(claims.bound),
        "nonce": _base64(claims.nonce),
        "public_key": _base64(claims.public_key),
        "issued_at": _time(claims.issued_at),
        "not_before": _time(claims.not_before),
        "not_after": _time(claims.not_after),
        "debug": claims.debug,
        "versions": dict(claims.versions),
        "attributes": dict(claims.attributes),
        "missing": list(claims.missing),
    }


def nitro_cases() -> Iterator[dict[str, Any]]:
    root = forgery.certify("root", path_length=2)
    region = forgery.certify("region", root, path_length=1)
    chain = forgery.chain_of(root, region, forgery.certify("instance", region, path_length=0))
    pinned, stranger = forgery.anchor(root), forgery.anchor(forgery.certify("root"))
    good = forgery.document(chain)
    bad_signature = bytearray(good)
    bad_signature[-1] ^= 1
    zeros = {register: bytes(48) for register in range(16)}
    filled = forgery.document(chain, nonce=b"n" * 32, user_data=b"u" * 64, public_key=b"k" * 91)

    yield case("nitro: good", "nitro", good, pinned)
    yield case("nitro: with nonce, user data and public key", "nitro", filled, pinned)
    yield case("nitro: all registers zero", "nitro", forgery.document(chain, pcrs=zeros), pinned)
    yield case("nitro: not yet valid", "nitro", good, pinned, "evidence_expired", at=NOW - 2 * HOUR)
    yield case("nitro: expired", "nitro", good, pinned, "evidence_expired", at=NOW + 2 * HOUR)
    yield case("nitro: bad signature", "nitro", bytes(bad_signature), pinned, "evidence_signature")
    yield case("nitro: unknown root", "nitro", good, stranger, "evidence_untrusted_root")
    yield case("nitro: cut short", "nitro", good[:-1], pinned, "evidence_malformed")
    yield case("nitro: certificates out of order", "nitro", _swapped(chain), pinned, "evidence_chain")

    with TemporaryDirectory() as directory:
        enclave = SimulatedEnclave.open(Path(directory), clock=lambda: NOW)
        simulated = enclave.attest(user_data=b"u" * 64, nonce=b"n" * 32, public_key=b"k" * 32)
        anchor = enclave.anchor()
    production = TrustAnchor(AnchorKind.PRODUCTION, anchor.family, anchor.name, anchor.fingerprint)
    yield case("nitro: simulated", "nitro", simulated, anchor)
    yield case("nitro: simulated, pinned as production", "nitro", simulated, production, "evidence_simulated")


def snp_cases() -> Iterator[dict[str, Any]]:
    milan = amd.anchor(amd.ark("Milan"))
    files = amd.collateral()
    for line, version in [("Milan", 2), ("Milan", 3), ("Genoa", 2), ("Genoa", 5), ("Turin", 3), ("Turin", 5)]:
        name = f"snp: {line}, version {version}"
        document = amd.report(line=line, version=version)
        anchor = amd.anchor(amd.ark(line))
        yield case(name, "snp", document, anchor, collateral=amd.collateral(line))

    def snp(
        name: str, document: bytes, expect: str | None = None, **collateral: bytes | None
    ) -> dict[str, Any]:
        return case(f"snp: {name}", "snp", document, milan, expect, collateral=amd.collateral(**collateral))

    loaded = amd.vlek("Milan")
    by_vlek = amd.report(loaded, key_info=1 << 2)
    with_vlek = amd.collateral(vlek_key=loaded)
    debug = amd.report(policy=0xB001F)
    other_svns = amd.report(reported_tcb=amd.tcb("Milan", {**amd.SVNS, "snp": 24}))
    bad_signature = bytearray(amd.report())
    bad_signature[0x2A0] ^= 1
    changed = bytearray(amd.report())
    changed[0x090] ^= 1
    revoked = amd.crl(amd.ark("Milan"), [0x10001])
    stale = amd.crl(amd.ark("Milan"), window=(NOW - 2 * DAY, NOW - DAY))

    yield case("snp: VLEK", "snp", by_vlek, milan, collateral=with_vlek)
    yield snp("debug allowed", debug)
    yield snp("chip id masked", amd.report(chip_id=bytes(64)))
    yield snp("vmpl 3, migration agent allowed", amd.report(vmpl=3, policy=0x7001F))
    yield snp("no revocation list", amd.report(), crl=None)
    yield snp("reported TCB is not the certified one", other_svns, "evidence_chain")
    yield snp("another chip", amd.report(chip_id=b"c" * 64), "evidence_chain")
    yield snp("another product line", amd.report(cpuid_mod_id=0x11), "evidence_chain")
    yield case("snp: a VLEK called VCEK", "snp", amd.report(loaded), milan, "evidence_chain",
               collateral={**with_vlek, "vcek": loaded.der})  # fmt: skip
    yield snp("bad signature", bytes(bad_signature), "evidence_signature")
    yield snp("changed measurement", bytes(changed), "evidence_signature")
    yield snp("left unsigned", amd.report(key_info=7 << 2), "evidence_signature")
    yield snp("no VCEK", amd.report(), "evidence_collateral_missing", vcek=None)
    yield snp("no chain", amd.report(), "evidence_collateral_missing", chain=None)
    yield snp("ASK revoked", amd.report(), "evidence_revoked", crl=revoked)
    yield snp("revocation list out of date", amd.report(), "evidence_expired", crl=stale)
    yield snp(
        "revocation list of another root", amd.report(), "evidence_chain", crl=amd.crl(amd.ark("Genoa"))
    )
    yield snp("version 6", amd.report(version=6), "evidence_malformed")
    yield snp("too short", amd.report()[:-1], "evidence_malformed")
    yield case("snp: unknown root", "snp", amd.report(), amd.anchor(amd.ark("Genoa")), "evidence_untrusted_root",
               collateral=files)  # fmt: skip
    yield case("snp: expired", "snp", amd.report(), milan, "evidence_expired",
               collateral=files, at=NOW + 6 * amd.YEAR)  # fmt: skip


def _swapped(chain: list[forgery.Party]) -> bytes:
    root, region, instance, leaf = chain
    return forgery.document([root, instance, region, leaf])


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _time(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main() -> None:
    cases = [*nitro_cases(), *snp_cases()]
    FILE.write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
