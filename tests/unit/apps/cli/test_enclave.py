"""`assay enclave`: an operator builds and signs, an outsider measures and compares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.unit.apps.cli.conftest import Run
from tests.unit.engines.enclave.wheels import LOCK, environment

from assay.apps.network.home import Home
from assay.engines.enclave.image import LAYER
from assay.engines.enclave.node_key import NodeKey
from assay.trust.receipts.policy import Policy

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLISHER = KEY.public_key().public_bytes_raw().hex()
NITRO = {
    "Measurements": {
        "HashAlgorithm": "Sha384 { ... }",
        "PCR0": "a0" * 48,
        "PCR1": "a1" * 48,
        "PCR2": "a2" * 48,
    }
}


@pytest.fixture
def inputs(tmp_path: Path) -> list[object]:
    """The options that name the inputs of an image."""
    config, lock = tmp_path / "assay.toml", tmp_path / "constraints.txt"
    config.write_text('[[providers]]\nname = "openai"\nkind = "openai"\n')
    lock.write_bytes(LOCK)
    return ["--packages", environment(tmp_path / "site"), "--config", config, "--lock", lock]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "publisher.pem"
    file.touch(mode=0o600)
    file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture
def signed(run: Run, inputs: list[object], key: Path, tmp_path: Path) -> Path:
    """The measurements.json of an operator with a Nitro enclave."""
    nitro, file = tmp_path / "nitro.json", tmp_path / "measurements.json"
    nitro.write_text(json.dumps(NITRO))
    result = run(
        "enclave", "measure", *inputs, "--nitro", nitro, "--key", key, "-o", file, "--revision", "v1"
    )
    assert result.exit_code == 0, result.output
    return file


def test_an_operator_and_an_outsider_come_to_the_same(run: Run, inputs: list[object], tmp_path: Path) -> None:
    built = run("enclave", "build", tmp_path / "image", *inputs)
    assert built.exit_code == 0, built.output
    of_the_image = run("enclave", "measure", tmp_path / "image", "--json")
    of_the_inputs = run("enclave", "measure", *inputs, "--json")
    assert of_the_image.exit_code == of_the_inputs.exit_code == 0
    assert of_the_image.stdout == of_the_inputs.stdout
    assert json.loads(of_the_image.stdout)["layer"] in built.stdout


def test_what_was_signed_is_described(run: Run, signed: Path) -> None:
    result = run("enclave", "describe", signed, "--by", PUBLISHER)
    assert result.exit_code == 0
    assert PUBLISHER in result.stdout
    assert "revision  v1" in result.stdout
    assert f"nitro   production  PCR0      {'a0' * 48}" in result.stdout
    assert not result.stderr


def test_a_key_that_nobody_vouches_for_is_said_to_be_one(run: Run, signed: Path) -> None:
    result = run("enclave", "describe", signed, "--json")
    assert json.loads(result.stdout)["predicate"]["publisher"] == PUBLISHER
    assert "vouches" in result.stderr


@pytest.mark.parametrize("command", [("enclave", "describe"), ("trust", "measurements")])
def test_another_publisher_is_refused(run: Run, home: Home, signed: Path, command: tuple[str, str]) -> None:
    before = home.trust.read_bytes()
    result = run(*command, signed, "--by", "00" * 32)
    assert result.exit_code == 1
    assert "publisher_not_believed" in result.stderr
    assert home.trust.read_bytes() == before


@pytest.mark.parametrize("command", [("enclave", "describe"), ("trust", "measurements")])
def test_a_changed_file_is_refused(run: Run, home: Home, signed: Path, command: tuple[str, str]) -> None:
    before = home.trust.read_bytes()
    envelope = json.loads(signed.read_bytes())
    sig = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("B" if sig[0] == "A" else "A") + sig[1:]
    signed.write_text(json.dumps(envelope, separators=(",", ":")))
    result = run(*command, signed, "--by", PUBLISHER)
    assert result.exit_code == 1
    assert "signature_invalid" in result.stderr
    assert home.trust.read_bytes() == before


def test_measurements_join_the_policy_once(run: Run, home: Home, signed: Path) -> None:
    known = Policy.from_bytes(home.trust.read_bytes())
    for _ in range(2):
        assert run("trust", "measurements", signed, "--by", PUBLISHER).exit_code == 0
    policy = Policy.from_bytes(home.trust.read_bytes())
    simulated, nitro = policy.measurements
    assert simulated.keys() == {"PCR0", "PCR2"}
    assert nitro == {name: value for name, value in NITRO["Measurements"].items() if name != "HashAlgorithm"}
    assert (policy.nodes, policy.anchors, policy.logs) == (known.nodes, known.anchors, known.logs)
    assert "a2" * 48 in run("trust", "show").stdout


def test_the_node_signs_unless_another_key_is_named(
    run: Run, home: Home, inputs: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "measurements.json"
    assert run("enclave", "measure", *inputs, "-o", file).exit_code == 1
    assert not file.exists()
    node = NodeKey.open(home.keys)
    assert run("enclave", "measure", *inputs, "-o", file).exit_code == 0
    assert run("enclave", "describe", file, "--by", node.public_key.hex()).exit_code == 0


def test_registers_of_other_tools(run: Run, inputs: list[object]) -> None:
    given = [f"snp:MEASUREMENT={'01' * 48}", f"tdx:MRTD={'02' * 48}", f"tdx:RTMR1={'03' * 48}"]
    options = [option for register in given for option in ("--register", register)]
    result = run("enclave", "measure", *inputs, *options, "--json")
    assert json.loads(result.stdout)["measurements"][1:] == [
        {"family": "snp", "kind": "production", "registers": {"MEASUREMENT": "01" * 48}},
        {"family": "tdx", "kind": "production", "registers": {"MRTD": "02" * 48, "RTMR1": "03" * 48}},
    ]


@pytest.mark.parametrize("typed", ["snp:MEASUREMENT=", "sgx:MRENCLAVE=01", "snp:MEASUREMENT=0A", "snp=01"])
def test_a_register_that_cannot_be(run: Run, typed: str) -> None:
    result = run("enclave", "measure", "--register", typed)
    assert result.exit_code == 2
    assert "FAMILY:REGISTER=hex" in result.stderr


@pytest.mark.parametrize(
    "printed", ["", "[]", "{}", '{"Measurements": {"PCR0": "00"}}', '{"Measurements": {}}']
)
def test_what_nitro_cli_does_not_print(run: Run, inputs: list[object], tmp_path: Path, printed: str) -> None:
    (tmp_path / "nitro.json").write_text(printed)
    result = run("enclave", "measure", *inputs, "--nitro", tmp_path / "nitro.json")
    assert result.exit_code == 1
    assert "format_invalid" in result.stderr


def test_a_tampered_image(run: Run, inputs: list[object], tmp_path: Path) -> None:
    run("enclave", "build", tmp_path / "image", *inputs)
    layer = tmp_path / "image" / LAYER
    layer.write_bytes(layer.read_bytes() + bytes(512))
    result = run("enclave", "measure", tmp_path / "image")
    assert result.exit_code == 1
    assert "image_invalid" in result.stderr


def test_an_image_and_inputs_are_not_both_measured(run: Run, inputs: list[object], tmp_path: Path) -> None:
    assert run("enclave", "measure", tmp_path, *inputs).exit_code == 2


def test_a_policy_that_cannot_be_read_is_not_baked_in(run: Run, inputs: list[object], tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"flor": "ATTESTED"}')
    result = run("enclave", "build", tmp_path / "image", *inputs, "--policy", tmp_path / "policy.json")
    assert result.exit_code == 1
    assert "config_invalid" in result.stderr
    assert not (tmp_path / "image").exists()


def test_a_folder_that_cannot_be_written(run: Run, inputs: list[object], tmp_path: Path) -> None:
    (tmp_path / "image").write_text("a file")
    assert run("enclave", "build", tmp_path / "image", *inputs).exit_code == 2
