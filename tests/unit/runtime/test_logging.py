"""Logging: what each line carries, and what none may carry."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from backend.logging import configure
from backend.settings import read_settings


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_carries_part_tenant_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure(read_settings(log_format="json"), part="api")
    with structlog.contextvars.bound_contextvars(tenant=42, request="r1"):
        structlog.get_logger("backend").info("folded", hours=3)
        logging.getLogger("uvicorn.error").warning("from a library")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["hours"], ours["level"]) == ("folded", 3, "info")
    assert (theirs["event"], theirs["level"]) == ("from a library", "warning")
    for line in (ours, theirs):
        assert (line["part"], line["tenant"], line["request"]) == ("api", 42, "r1")
        assert str(line["timestamp"]).endswith("Z")


def test_personal_data_and_secrets_do_not_reach_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(read_settings(log_format="json"), part="api")
    structlog.get_logger().warning("login", email="a@b.example", password="p", user=7)
    (line,) = lines(capsys)
    assert "a@b.example" not in str(line)
    assert line["password"] == "[not logged]"
    assert line["user"] == 7


def test_the_level_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    configure(read_settings(log_format="json", log_level="warning"), part="api")
    structlog.get_logger().info("quiet")
    assert lines(capsys) == []
