"""Log proofs (§6) of both verifiers: every place in small trees, notes out of shape, witnesses."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.interop.second.issuing import AT, POLICY, VECTORS, largest_power_below, tree_hash
from tests.interop.second.judging import Case, assert_agreement, judge, needs_node, zipped

pytestmark = needs_node

RECEIPT = VECTORS["whole"]["receipt"].encode()
LEAF = sha256(b"\0" + RECEIPT).digest()
ORIGIN = "log.example/receipts"


@dataclass(frozen=True, slots=True)
class Signer:
    name: str
    key: Ed25519PrivateKey
    type: int

    @property
    def material(self) -> bytes:
        return bytes([self.type]) + self.key.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.material).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.material).decode()}"

    def line(self, signature: bytes) -> str:
        return f"— {self.name} {base64.b64encode(self.id + signature).decode()}\n"

    def sign(self, text: str) -> str:
        return self.line(self.key.sign(text.encode()))

    def cosign(self, text: str, time: int = 1_795_521_600) -> str:
        message = f"cosignature/v1\ntime {time}\n{text}"
        return self.line(time.to_bytes(8, "big") + self.key.sign(message.encode()))


def _signer(name: str, seed: bytes, kind: int) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed * 32), kind)


LOG = _signer(ORIGIN, b"L", 1)
ONE, TWO = _signer("witness.example/1", b"1", 4), _signer("witness.example/2", b"2", 4)
STRANGER = _signer("stranger.example", b"S", 1)


def proof_for(
    index: int = 3,
    size: int = 7,
    *,
    named_index: str | None = None,
    named_size: str | None = None,
    origin: str = ORIGIN,
    extensions: str = "",
    path: Callable[[list[bytes]], Sequence[bytes]] = list,
    signers: Callable[[str], Sequence[str]] = lambda text: [LOG.sign(text)],
) -> str:
    """A proof of `RECEIPT` at a place of a tree. The named arguments each put one thing out of order."""
    leaves = [LEAF if place == index else sha256(b"\0" + bytes([place])).digest() for place in range(size)]
    siblings = "".join(f"{_encoded(node)}\n" for node in path(_path(index, leaves)))
    text = f"{origin}\n{named_size or size}\n{_encoded(tree_hash(leaves))}\n{extensions}"
    header = f"c2sp.org/tlog-proof@v1\nindex {named_index or index}\n"
    return f"{header}{siblings}\n{text}\n{''.join(signers(text))}"


def _encoded(node: bytes) -> str:
    return base64.b64encode(node).decode()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = largest_power_below(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*_path(index, left), tree_hash(right)]
    return [*_path(index - split, right), tree_hash(left)]


def judged_with(proof: str) -> Case:
    policy = POLICY | {"logs": [LOG.vkey], "witnesses": [ONE.vkey, TWO.vkey], "require_inclusion": True}
    return Case(zipped({"receipt.json": RECEIPT, "inclusion.tlog-proof": proof.encode()}), policy, AT)


def accepted(cases: dict[str, Case]) -> list[str]:
    assert_agreement(cases)
    pairs = zip(cases, judge(cases.values()), strict=True)
    return [name for name, pair in pairs if pair.first.level == "SIGNED"]


def test_every_place_in_small_trees() -> None:
    places = {f"{index} of {size}": proof_for(index, size) for size in range(1, 14) for index in range(size)}
    assert accepted({name: judged_with(proof) for name, proof in places.items()}) == list(places)


def test_proofs_out_of_shape() -> None:
    good = proof_for()
    proofs = {
        "good": good,
        "a short path": proof_for(path=lambda path: path[:-1]),
        "a long path": proof_for(path=lambda path: [*path, bytes(32)]),
        "a wrong path": proof_for(path=lambda path: path[::-1]),
        "another index": proof_for(named_index="4"),
        "an index beyond the tree": proof_for(named_index="7"),
        "an index with a zero": proof_for(named_index="03"),
        "an index with a sign": proof_for(named_index="+3"),
        "an index with a space": proof_for(named_index=" 3"),
        "an index in other digits": proof_for(named_index="３"),
        "an index of many digits": proof_for(named_index=str(2**70)),
        "a size of another shape": proof_for(named_size="9"),
        "a size with a zero": proof_for(named_size="07"),
        "another origin": proof_for(origin="other.example"),
        "an extension": proof_for(extensions="more\n"),
        "an empty extension": proof_for(extensions="more\n\nmore\n"),
        "another version": good.replace("@v1", "@v2"),
        "extra data": good.replace("index", "extra AAEC\nindex"),
        "other line ends": good.replace("\n", "\r\n"),
        "no last line end": good[:-1],
        "a line end too many": f"{good}\n",
        "text after it": f"{good}more\n",
    }
    assert accepted({name: judged_with(proof) for name, proof in proofs.items()}) == ["good", "an extension"]


def test_signature_lines() -> None:
    good = proof_for()
    lines = {
        "of a stranger": STRANGER.line(bytes(64)),
        "of a stranger, 90 of them": STRANGER.line(bytes(64)) * 90,
        "of a stranger, 100 of them": STRANGER.line(bytes(64)) * 100,
        "too short": "— stranger.example AAAAAA==\n",
        "not base64": "— stranger.example A?AA\n",
        "of a name with a plus": "— a+b AAAAAAA=\n",
        "of a name with a space": "— a b AAAAAAA=\n",
        "of a name with a wide space": "— a\u00a0b AAAAAAA=\n",
        "of a name with a control character": "— a\x01 AAAAAAA=\n",
        "of the log, again": LOG.sign("more\n"),
        "of a witness, false": ONE.cosign("more\n"),
    }
    taken = accepted({name: judged_with(good + line) for name, line in lines.items()})
    assert taken == ["of a stranger", "of a stranger, 90 of them"]
    not_the_logs = proof_for(signers=lambda text: [STRANGER.sign(text)])
    false = proof_for(signers=lambda text: [LOG.line(bytes(64))])
    assert accepted({"none": judged_with(not_the_logs), "false": judged_with(false)}) == []


def _proof_with(cosign: Callable[[str], list[str]]) -> str:
    return proof_for(signers=lambda text: [LOG.sign(text), *cosign(text)])


def test_a_quorum_counts_witnesses() -> None:
    alias = replace(ONE, name="witness.example/alias")
    signatures: dict[str, Callable[[str], list[str]]] = {
        "none": lambda text: [],
        "one": lambda text: [ONE.cosign(text)],
        "both": lambda text: [ONE.cosign(text), TWO.cosign(text)],
        "one under two names": lambda text: [ONE.cosign(text), alias.cosign(text)],
        "one as if it were a log": lambda text: [replace(ONE, type=1).sign(text)],
        "one at a time that no clock shows": lambda text: [ONE.cosign(text, 2**63)],
    }
    witnesses = [ONE.vkey, TWO.vkey, alias.vkey]
    cases = {
        f"{name}, of {quorum}": judged_with(proof).demanding(quorum=quorum, witnesses=witnesses)
        for name, proof in zip(signatures, map(_proof_with, signatures.values()), strict=True)
        for quorum in (1, 2)
    }
    assert accepted(cases) == ["one, of 1", "both, of 1", "both, of 2", "one under two names, of 1"]
