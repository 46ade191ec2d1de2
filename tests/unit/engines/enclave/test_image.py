"""The enclave's image: the same inputs give the same bytes, and the bytes say which inputs they were."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.unit.engines.enclave.wheels import LOCK, environment, install

from assay.engines.enclave.image import LAYER, LIBRARY, MANIFEST, ImageInputs, examine
from assay.engines.enclave.layer import ImageInvalid
from assay.engines.enclave.manifest import Manifest
from assay.engines.enclave.package import PackageUnfit
from assay.engines.enclave.packages import Packages
from assay.errors import AssayError

CONFIG = b'[[providers]]\nname = "openai"\n'
BUILD = """
import os, sys
from pathlib import Path
from assay.engines.enclave.image import ImageInputs
from assay.engines.enclave.packages import Packages
os.umask(0o077)
ImageInputs(Packages.below(Path(sys.argv[1])), lock=Path(sys.argv[2]).read_bytes()).build(Path(sys.argv[3]))
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return environment(tmp_path / "site")


@pytest.fixture
def inputs(site: Path) -> ImageInputs:
    return ImageInputs(Packages.below(site), config=CONFIG, lock=LOCK)


@pytest.fixture
def image(inputs: ImageInputs, tmp_path: Path) -> Path:
    inputs.build(tmp_path / "image")
    return tmp_path / "image"


def test_another_person_builds_the_same_bytes(site: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    ImageInputs(Packages.below(site), lock=LOCK).build(here)
    lock = tmp_path / "lock.txt"
    lock.write_bytes(LOCK)
    elsewhere = environment(tmp_path / "an other" / "place", launcher=b"#!/another/python")
    for path in elsewhere.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    there = tmp_path / "there"
    subprocess.run(
        [sys.executable, "-c", BUILD, elsewhere, lock, there],
        env=os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        check=True,
    )
    assert (here / LAYER).read_bytes() == (there / LAYER).read_bytes()
    assert (here / MANIFEST).read_bytes() == (there / MANIFEST).read_bytes()


def test_what_runs_in_the_image_measures_what_was_foretold(image: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with tarfile.open(image / LAYER) as archive:
        archive.extractall(root)
    program = "from assay.engines.enclave.measurement import packages; print(packages().hex())"
    inside = subprocess.run(
        [sys.executable, "-P", "-S", "-c", program],
        env={"PYTHONPATH": str(root / LIBRARY)},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert inside.stdout.strip() == examine(image).registers()["PCR0"]


def test_nothing_of_the_machine_is_in_it(image: Path) -> None:
    with tarfile.open(image / LAYER) as archive:
        members = archive.getmembers()
    assert {(member.uid, member.gid, member.mtime, member.uname) for member in members} == {(0, 0, 0, "")}
    assert {member.mode for member in members} == {0o755, 0o644}
    names = [member.name for member in members]
    assert f"{LIBRARY}/some/package.py" in names
    assert f"{LIBRARY}/assay/errors.py" in names
    assert not [
        name for name in names if name.endswith((".pyc", "INSTALLER", "__pycache__")) or "/bin/" in name
    ]


def test_a_manifest_names_every_file(image: Path) -> None:
    manifest = json.loads((image / MANIFEST).read_bytes())
    with tarfile.open(image / LAYER) as archive:
        assert list(manifest["files"]) == [member.name for member in archive if member.isfile()]


def test_measuring_needs_no_image(inputs: ImageInputs, image: Path) -> None:
    assert inputs.measure() == examine(image)


def test_a_configuration_changes_its_own_register_alone(site: Path) -> None:
    one = ImageInputs(Packages.below(site), config=CONFIG).measure()
    other = ImageInputs(Packages.below(site)).measure()
    assert one.layer != other.layer
    assert one.registers()["PCR0"] == other.registers()["PCR0"]
    assert one.registers()["PCR2"] != other.registers()["PCR2"]


def test_no_byte_of_an_image_can_change(image: Path) -> None:
    layer = bytearray((image / LAYER).read_bytes())
    for position in range(0, len(layer), len(layer) // 25):
        layer[position] ^= 1
        (image / LAYER).write_bytes(layer)
        with pytest.raises(AssayError):
            examine(image)
        layer[position] ^= 1
    (image / LAYER).write_bytes(layer)
    examine(image)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
@pytest.mark.parametrize("name", ["etc/motd", "../outside", "/outside", f"{LIBRARY}/assay/more.py"])
def test_nothing_can_be_added(image: Path, name: str, kind: bytes) -> None:
    with tarfile.open(image / LAYER, "a") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "etc/assay/assay.toml"
        archive.addfile(member, io.BytesIO())
    with pytest.raises(ImageInvalid):
        examine(image)


def test_a_layer_that_would_unpack_to_more_than_it_is(image: Path) -> None:
    (image / LAYER).write_bytes(gzip.compress((image / LAYER).read_bytes()))
    with pytest.raises(ImageInvalid, match="unpacked"):
        examine(image)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / LAYER, "w", format=tarfile.PAX_FORMAT) as layer:
        member = tarfile.TarInfo("replaced")
        member.pax_headers = {"path": "a\0b"}
        layer.addfile(member)
    with pytest.raises(ImageInvalid):
        examine(tmp_path)


@pytest.mark.parametrize("name", [LAYER, MANIFEST])
def test_half_an_image(image: Path, name: str) -> None:
    (image / name).unlink()
    with pytest.raises(ImageInvalid):
        examine(image)


def test_a_manifest_of_something_else(image: Path) -> None:
    (image / MANIFEST).write_bytes(Manifest("00", {}, {}).to_bytes())
    with pytest.raises(ImageInvalid, match=MANIFEST):
        examine(image)


def test_an_image_that_cannot_be_built_leaves_no_part_of_it(site: Path, tmp_path: Path) -> None:
    (site / "some" / "package.py").write_bytes(b"VALUE = 2\n")
    with pytest.raises(PackageUnfit, match="changed after it was installed"):
        ImageInputs(Packages.below(site)).build(tmp_path / "image")
    assert not list((tmp_path / "image").iterdir())


def test_a_path_of_two_wheels_is_left_out_whoever_came_last(tmp_path: Path) -> None:
    wheels = {"a": {"docs/conf.py": b"1", "docs/same": b"="}, "b": {"docs/conf.py": b"2", "docs/same": b"="}}
    layers = set()
    for order in ("ab", "ba"):
        site = environment(tmp_path / order)
        for name in order:
            install(site, name, "1", wheels[name])
        inputs = ImageInputs(Packages.below(site))
        manifest = inputs.build(tmp_path / f"{order}-image")
        assert manifest.left_out == (f"{LIBRARY}/docs/conf.py",)
        assert f"{LIBRARY}/docs/same" in manifest.files
        assert examine(tmp_path / f"{order}-image") == manifest
        layers.add(manifest.layer)
    assert len(layers) == 1


def test_a_version_that_is_not_the_locked_one(site: Path) -> None:
    with pytest.raises(PackageUnfit, match=r"installed as 1\.0, and locked to 1\.1"):
        ImageInputs(Packages.below(site), lock=LOCK.replace(b"1.0", b"1.1")).measure()


def test_a_package_without_a_record(site: Path) -> None:
    (site / "some.package-1.0.dist-info" / "RECORD").unlink()
    with pytest.raises(PackageUnfit, match="no record"):
        ImageInputs(Packages.below(site)).measure()


def test_a_package_that_lies_elsewhere(site: Path) -> None:
    origin = site / "some.package-1.0.dist-info" / "direct_url.json"
    origin.write_text('{"dir_info": {"editable": true}, "url": "file:///elsewhere"}')
    with pytest.raises(PackageUnfit, match="editable"):
        ImageInputs(Packages.below(site)).measure()


def test_a_package_that_is_there_twice(site: Path, tmp_path: Path) -> None:
    install(tmp_path / "more", "some.package", "1.0", {})
    packages = Packages((str(site), str(tmp_path / "more")), site / "assay")
    with pytest.raises(PackageUnfit, match="twice"):
        ImageInputs(packages).measure()


@pytest.mark.parametrize("path", ["/etc/passwd", "some/../../../etc/passwd"])
def test_a_record_that_reaches_outside(site: Path, path: str) -> None:
    record = site / "some.package-1.0.dist-info" / "RECORD"
    record.write_text(f"{record.read_text()}\n{path},sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n")
    with pytest.raises(PackageUnfit, match="outside"):
        ImageInputs(Packages.below(site)).measure()


def test_a_folder_without_assay(tmp_path: Path) -> None:
    with pytest.raises(PackageUnfit, match="not installed"):
        Packages.below(tmp_path)
