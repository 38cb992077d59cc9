"""Settings: defaults that follow each other, refusals that name the variable."""

from pathlib import Path

import pytest

from backend.master_key import load_master_key
from backend.settings import PREFIX, Settings, read_settings
from domain.errors import ConflictError, InvalidError


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_what_is_not_set_follows_from_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALANCE_PORT", "9100")
    monkeypatch.setenv("BALANCE_DEMO", "no")
    settings = read_settings()
    assert settings.gateway_port == 9101
    assert settings.public_url == "http://127.0.0.1:9100"
    assert settings.graphiql is False
    assert settings.home.is_absolute()
    assert settings.master_key_file == settings.home / "master.key"


def test_every_bad_variable_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALANCE_PORT", "eight")
    monkeypatch.setenv("BALANCE_LOG_LEVEL", "loud")
    with pytest.raises(InvalidError) as refusal:
        read_settings()
    assert refusal.value.code == "SETTINGS_INVALID"
    assert "BALANCE_PORT = 'eight'" in refusal.value.message
    assert "BALANCE_LOG_LEVEL = 'loud'" in refusal.value.message
    assert "PUBLIC_URL" not in refusal.value.message


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "MASTER_KEY"])
def test_a_bad_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"BALANCE_{name}", "hunter2")
    with pytest.raises(InvalidError, match=f"BALANCE_{name}: is not") as refusal:
        read_settings()
    assert "hunter2" not in refusal.value.message


def test_server_urls_as_other_programs_write_them_are_accepted() -> None:
    settings = read_settings(database_url="postgres://a:b@db/balance", redis_url="valkey://h/0")
    assert settings.database_url == "postgresql+asyncpg://a:b@db/balance"
    assert settings.redis_url == "redis://h/0"
    assert "a:b" not in repr(settings)


def test_the_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "new")
    key = load_master_key(settings)
    assert len(key) == 32
    assert load_master_key(settings) == key
    assert settings.master_key_file.stat().st_mode & 0o777 == 0o600
    assert list(settings.home.iterdir()) == [settings.master_key_file]


def test_a_master_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    load_master_key(settings)
    settings.master_key_file.chmod(0o644)
    with pytest.raises(ConflictError, match="chmod 600"):
        load_master_key(settings)


def test_a_damaged_master_key_is_refused_not_replaced(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    settings.master_key_file.touch(0o600)
    settings.master_key_file.write_text("abcd")
    with pytest.raises(ConflictError, match="2 bytes"):
        load_master_key(settings)
    assert settings.master_key_file.read_text() == "abcd"
