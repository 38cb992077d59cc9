"""`balance import metering`: counts and secrets for a good file, every bad cell of a bad one."""

import json
from pathlib import Path

import pytest

from backend.settings import get_settings
from runtime.commands.application import app
from runtime.commands.refusals import report

HEADER = (
    "site_path,site_kinds,premise,commodity,role,meter_serial,pulse_constant,installed_at,"
    "initial_index,concentrator,network,channel\n"
)
FLAT = "City/House,city/house,1,{},consumer,{},1000,2026-11-01T00:00:00Z,12.5,{},1,{}\n"


@pytest.fixture(autouse=True)
def installation(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALANCE_HOME", str(tmp_path))
    monkeypatch.setenv("BALANCE_DATABASE_URL", database_url)
    monkeypatch.setenv("BALANCE_REDIS_URL", redis_url)
    monkeypatch.delenv("BALANCE_MASTER_KEY", raising=False)
    get_settings.cache_clear()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end, report():
        app(list(arguments))
    code = end.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def tenant(capsys: pytest.CaptureFixture[str]) -> str:
    assert run("tenant", "create", "--name", "Importing", "--json") == 0
    return str(json.loads(capsys.readouterr().out)["tenant"])


def written(path: Path, *lines: str, encoding: str = "utf-8") -> str:
    path.write_bytes((HEADER + "".join(lines)).encode(encoding))
    return str(path)


def test_a_file_twice_gives_secrets_once_and_changes_nothing_the_second_time(
    tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [FLAT.format("electricity", f"E{i}", "IMP-1", i) for i in (1, 2)]
    # Spreadsheets begin their files with a byte order mark.
    file = written(tmp_path / "meters.csv", *lines, encoding="utf-8-sig")

    assert run("import", "metering", "--tenant", tenant, file, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert run("import", "metering", "--tenant", tenant, file, "--json") == 0
    second = json.loads(capsys.readouterr().out)

    assert [device["serial"] for device in first["devices"]] == ["IMP-1"]
    assert len(first["devices"][0]["secret"]) >= 32
    assert (first["rows"], first["metering_point"], first["site"]) == (2, 2, 2)
    assert second["devices"] == []
    assert {second[table] for table in ("site", "metering_point", "meter", "updated")} == {0}


def test_every_bad_cell_is_a_line_and_nothing_is_imported(
    tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = FLAT.format("electricity", "G1", "IMP-2", 1)
    bad = FLAT.format("steam", "G2", "IMP-2", "nine")
    assert run("import", "metering", "--tenant", tenant, written(tmp_path / "b", good, bad)) == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0].startswith("error BAD_VALUE: line 3, commodity = 'steam': must be one of")
    assert lines[1].startswith("error BAD_VALUE: line 3, channel = 'nine': ")
    assert said.out == ""

    file = written(tmp_path / "g", good)
    assert run("import", "metering", "--tenant", tenant, file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["metering_point"] == 1


@pytest.mark.parametrize("number", ["999999", "0", "-1", "99999999999999"])
def test_a_tenant_that_is_not_there_is_named(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "m", FLAT.format("electricity", "X1", "IMP-3", 1))
    assert run("import", "metering", "--tenant", number, file) == 1
    assert capsys.readouterr().err == f"error NOT_FOUND: no tenant {number}\n"


def test_a_file_in_another_encoding_is_refused_by_line(
    tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = FLAT.format("electricity", "Ж1", "IMP-4", 1)
    file = written(tmp_path / "m", line, encoding="cp1251")
    assert run("import", "metering", "--tenant", tenant, file) == 1
    said = capsys.readouterr().err
    assert said.startswith("error NOT_UTF8: ")
    assert "line 2 is no UTF-8 (byte 0xc6)" in said
