"""`balance device`: a new secret for a known concentrator, the code for the label of a new one."""

import json
from pathlib import Path

import pytest

from tests.integration.runtime.test_import_command import FLAT, HEADER, installation, run, tenant

__all__ = ["installation", "tenant"]


def test_a_key_is_rotated_and_a_claim_code_shown(
    tenant: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "meters.csv"
    file.write_text(HEADER + FLAT.format("electricity", "E1", "J100-ROTATE", 1))
    assert run("import", "metering", "--tenant", tenant, str(file), "--json") == 0
    (device,) = json.loads(capsys.readouterr().out)["devices"]
    assert run("device", "rotate", "J100-ROTATE", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["serial"], told["generation"]) == ("J100-ROTATE", 2)
    assert told["secret"] != device["secret"]
    assert run("device", "rotate", "J100-NOBODY") == 1
    assert "NOT_FOUND" in capsys.readouterr().err
    codes = []
    for _ in range(2):
        assert run("device", "claim-code", "J100-NEW", "--json") == 0
        codes.append(json.loads(capsys.readouterr().out)["claim_code"])
    assert codes[0] == codes[1]
    assert len(codes[0]) == 14
