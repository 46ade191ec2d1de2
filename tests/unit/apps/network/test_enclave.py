"""Which enclave a node opens: the one that its operator names, or none."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.unit.engines.enclave.kernel import Tsm
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.snp import forgery

from assay.apps.network.configuration import Configuration, load_enclave_settings
from assay.apps.network.enclave import EnclaveKind, EnclaveSettings, open_enclave, open_hardware
from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.engines.enclave.simulated import NO_CONFIG
from assay.engines.enclave.tsm import TsmEnclave
from assay.engines.enclave.tsm_report import TsmUnavailable
from assay.errors import ConfigError
from assay.trust.evidence import AnchorKind, EvidenceCollateralMissing, EvidenceMalformed
from assay.trust.evidence.examination import examine
from assay.trust.verdict import Level

MILAN = (forgery.anchor(forgery.ark("Milan")),)
HARDWARE = EnclaveSettings(EnclaveKind.TSM, ("vcek", "chain", "crl"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    for name, content in forgery.collateral("Milan").items():
        (home.root / name).write_bytes(content)
    return home


def guest(tmp_path: Path) -> Tsm:
    """A SEV-SNP guest whose host has no certificates."""
    place = tmp_path / "tsm"
    place.mkdir(exist_ok=True)
    return Tsm(place, "sev_guest", lambda data: forgery.report(report_data=data))


def on_hardware(settings: EnclaveSettings, home: Home, tsm: Tsm) -> TsmEnclave:
    return open_hardware(settings, home, clock=lambda: NOW, anchors=MILAN, directory=tsm.directory)


def written(home: Home, table: str) -> EnclaveSettings:
    home.catalogue.write_text(table)
    return Configuration.load(home, {}).enclave


def test_nothing_said_is_simulated(home: Home) -> None:
    assert Configuration.load(home, {}).enclave == EnclaveSettings()
    enclave = open_enclave(EnclaveSettings(), home, clock=lambda: NOW, config_digest=NO_CONFIG)
    assert enclave.anchor().kind is AnchorKind.SIMULATED


def test_what_is_said_is_read_beside_the_catalogue(home: Home) -> None:
    provider = '[[providers]]\nname = "mine"\nkind = "compatible"\n'
    table = '[enclave]\nkind = "tsm"\ncollateral = ["vcek", "chain", "crl"]\n'
    assert written(home, provider + table) == HARDWARE
    assert load_enclave_settings(home) == HARDWARE
    assert {entry.name for entry in Configuration.load(home, {}).catalogue.providers()} >= {"mine"}


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ("[enclave]\n", "enclave needs `kind`", "kind"),
        ("[enclave]\nkind = 'tdx'\n", "no kind `tdx`", "`tsm`"),
        ("[enclave]\nkind = 'simulatd'\n", "no kind `simulatd`", "`simulated`"),
        ("[enclave]\nkind = 'tsm'\ncollaterals = ['a']\n", "no setting `collaterals`", "`collateral`"),
        ("[enclave]\nkind = 'tsm'\ncollateral = 'a'\n", "a list of strings", "type"),
        ("[enclave]\nkind = 'simulated'\ncollateral = ['a']\n", "is for hardware", "leave"),
        ("enclave = 'tsm'\n", "must be a table", "type"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(home: Home, table: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        written(home, table)
    assert hint in caught.value.hint
    with pytest.raises(ConfigError, match=message):
        load_enclave_settings(home)


def test_a_file_that_is_no_text(home: Home) -> None:
    home.catalogue.write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        Configuration.load(home, {})


@pytest.mark.skipif(Path("/sys/kernel/config/tsm/report").exists(), reason="this is a confidential VM")
def test_no_node_without_the_hardware_that_was_asked_for(home: Home) -> None:
    home.catalogue.write_text('[enclave]\nkind = "tsm"\n')
    with pytest.raises(TsmUnavailable) as caught:
        Node.open(home, {})
    assert "SEV-SNP or TDX guest" in caught.value.hint
    assert not home.evidence.exists()


def test_collateral_is_found_in_the_home(home: Home, tmp_path: Path) -> None:
    assert on_hardware(HARDWARE, home, guest(tmp_path)).claims.missing == ()
    with pytest.raises(EvidenceCollateralMissing):
        on_hardware(EnclaveSettings(EnclaveKind.TSM), home, guest(tmp_path))


def test_collateral_that_is_not_there(home: Home, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"collateral ask\.pem cannot be read: No such file") as caught:
        on_hardware(EnclaveSettings(EnclaveKind.TSM, ("ask.pem",)), home, guest(tmp_path))
    assert "home" in caught.value.hint


def test_collateral_that_is_something_else(home: Home, tmp_path: Path) -> None:
    home.env.write_text("{}")
    with pytest.raises(EvidenceMalformed):
        on_hardware(EnclaveSettings(EnclaveKind.TSM, (home.env.name,)), home, guest(tmp_path))


@contextmanager
def node_in(home: Home, tsm: Tsm) -> Iterator[Node]:
    enclave = on_hardware(HARDWARE, home, tsm)
    node = Node(home, Configuration.load(home, {}), enclave, secrets={}, clock=lambda: NOW)
    try:
        yield node
    finally:
        node.close()


def test_a_node_on_hardware_shows_the_hardwares_root(home: Home, tmp_path: Path) -> None:
    with node_in(home, guest(tmp_path)) as node:
        (file,) = (path.read_bytes() for path in home.evidence.iterdir())
        examined = examine(node.trust.judge(), file, NOW)
        assert node.trust.anchors == MILAN
    assert MILAN[0].kind is AnchorKind.PRODUCTION
    assert examined.verdict.level is Level.ATTESTED_WARN, "genuine, of code that nobody has vouched for"


async def test_what_a_node_on_hardware_answers(home: Home, tmp_path: Path) -> None:
    def busy(data: bytes) -> bytes:
        raise OSError(errno.EBUSY, "Device or resource busy")

    tsm = guest(tmp_path)
    with node_in(home, tsm) as node:
        transport = httpx2.ASGITransport(node.gateway)
        async with httpx2.AsyncClient(transport=transport, base_url="http://node") as client:
            health = (await client.get("/health")).json()
            file = (await client.get("/attestation?nonce=00ff")).content
            tsm.report = busy
            refused = await client.get("/attestation?nonce=00ff")
        examined = examine(node.trust.judge(), file, NOW, nonce=b"\x00\xff")
    assert health["enclave"] == {"family": "snp", "kind": "production"}
    assert examined.verdict.level is Level.ATTESTED_WARN
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "tsm_unavailable")
