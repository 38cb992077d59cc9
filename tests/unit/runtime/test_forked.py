"""Forked processes: what they are given, what they leave behind, how they end."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired

import psutil
import pytest

from runtime import forked

pytestmark = pytest.mark.skipif(not forked.SUPPORTED, reason="no forks on this system")


def start(entry: Callable[[], None], output: Path, words: tuple[str, ...] = ("part",)) -> object:
    with output.open("wb") as file:
        return forked.fork(
            entry,
            words=words,
            environment={"PATH": "/usr/bin", "BALANCE_PORT": "1"},
            shown={"BALANCE_SUPERVISED_IN": "/home/of/this"},
            output=file.fileno(),
            group=0,
        )


def ended(entry: Callable[[], None], output: Path) -> int:
    child = start(entry, output)
    assert isinstance(child, forked.Forked)
    return child.wait(10)


def test_a_fork_sees_its_own_environment_and_writes_to_its_own_output(tmp_path: Path) -> None:
    def entry() -> None:
        sys.stdout.write(" ".join(sorted(os.environ)))

    assert ended(entry, tmp_path / "out") == 0
    assert (tmp_path / "out").read_text() == "BALANCE_PORT PATH"


def test_files_of_the_parent_are_closed_in_the_fork(tmp_path: Path) -> None:
    with (tmp_path / "held").open("w") as held:

        def entry() -> None:
            os.fstat(held.fileno())

        assert ended(entry, tmp_path / "out") == 1
    assert "Bad file descriptor" in (tmp_path / "out").read_text()


@pytest.mark.parametrize(("code", "status"), [(None, 0), (3, 3), ("why", 1)])
def test_the_exit_status_is_that_of_a_program(
    tmp_path: Path, code: int | str | None, status: int
) -> None:
    def entry() -> None:
        raise SystemExit(code)

    assert ended(entry, tmp_path / "out") == status


def test_nothing_of_the_parent_goes_on_in_the_fork(tmp_path: Path) -> None:
    mark = tmp_path / "cleaned"
    try:
        ended(lambda: None, tmp_path / "out")
    finally:
        with mark.open("a") as file:
            file.write("once")
    assert mark.read_text() == "once"


@pytest.mark.parametrize("length", [4, 40, 400])
def test_a_fork_goes_by_its_own_command_line_and_is_found_by_its_mark(
    tmp_path: Path, length: int
) -> None:
    child = start(lambda: time.sleep(60), tmp_path / "out", ("balance", "x" * length, "api"))
    assert isinstance(child, forked.Forked)
    try:
        process = psutil.Process(child.pid)
        deadline = time.monotonic() + 10
        while process.cmdline()[-1] != "api":
            assert time.monotonic() < deadline, process.cmdline()
            time.sleep(0.01)
        assert process.cmdline() == ["balance", "x" * length, "api"]
        assert process.environ() == {"BALANCE_SUPERVISED_IN": "/home/of/this"}
        assert os.getpgid(child.pid) == child.pid
        with pytest.raises(TimeoutExpired):
            child.wait(0.05)
    finally:
        child.send_signal(signal.SIGTERM)
    assert child.wait(10) == -signal.SIGTERM
    child.kill()  # harmless: the number may be somebody else's by now


def test_what_does_not_fit_is_not_forked() -> None:
    assert forked.can_show(["balance", "api"], {"BALANCE_SUPERVISED_IN": "/home"})
    assert not forked.can_show(["balance", "api"], {"BALANCE_SUPERVISED_IN": "x" * 10**6})
