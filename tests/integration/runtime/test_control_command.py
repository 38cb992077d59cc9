"""`balance tenant control`: devices of a tenant are controlled only once somebody says so."""

import json
from pathlib import Path

import pytest

from tests.integration.runtime.test_import_command import installation, run, tenant

__all__ = ["installation", "tenant"]


def test_control_is_turned_on_and_off_and_unknown_tenants_are_refused(
    tenant: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for word, enabled in (("--on", True), ("--on", True), ("--off", False)):
        assert run("tenant", "control", "--tenant", tenant, word, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told == {"tenant": int(tenant), "enabled": enabled, "called_back": 0}
    assert run("tenant", "control", "--tenant", "999999", "--on") == 1
    assert "NOT_FOUND" in capsys.readouterr().err
    assert run("tenant", "control", "--tenant", tenant) != 0  # on or off must be said
