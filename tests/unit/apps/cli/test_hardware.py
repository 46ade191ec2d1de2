"""`assay hardware` prints the table that the rules read."""

from __future__ import annotations

import json

from click.testing import CliRunner

from assay.apps.cli.main import assay
from assay.trust.evidence.hardware import hardware, hardware_table


def test_every_gpu_has_its_line_and_every_refusal_its_reason() -> None:
    printed = CliRunner().invoke(assay, ["hardware"]).output
    for row in hardware().gpus:
        assert any(line.startswith(row.gpu) and row.driver in line for line in printed.splitlines())
    for name in hardware().not_listed:
        assert f"{name}: " in printed


def test_json_is_the_table_itself() -> None:
    assert json.loads(CliRunner().invoke(assay, ["hardware", "--json"]).output) == hardware_table()
