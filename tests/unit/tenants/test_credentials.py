"""Credentials, passwords, addresses and names: what is accepted, and what is not."""

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BalanceError, InvalidError, LimitError
from domain.identity import TenantId
from tenants import credentials, particulars
from tenants.credentials import Kind
from tenants.oauth.pages import ink_on
from tenants.oauth.parties import SCOPES, Client
from tenants.oauth.texts import TEXTS
from tenants.passwords import Passwords
from tenants.permissions import Role

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@given(st.sampled_from(Kind), st.integers(1, 2**31 - 1).map(TenantId))
def test_a_credential_names_its_tenant_and_kind(kind: Kind, tenant: TenantId) -> None:
    made = credentials.issue(kind, tenant)
    assert credentials.tenant_in(kind, made) == tenant
    assert all(credentials.tenant_in(other, made) is None for other in Kind if other is not kind)
    assert credentials.issue(kind, tenant) != made


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = credentials.tenant_in(Kind.CLIENT_ID, text)
    assert found is None or 0 < found < 2**31


@pytest.mark.parametrize("text", ["c0_" + "x" * 22, "c9999999999_" + "x" * 22, "c٤_" + "x" * 22])
def test_a_number_that_is_no_tenant_is_refused(text: str) -> None:
    assert credentials.tenant_in(Kind.CLIENT_ID, text) is None


async def test_a_password_is_known_again_and_no_other() -> None:
    passwords = Passwords(CHEAP)
    known = await passwords.hash("correct horse battery")
    assert "correct" not in known
    assert await passwords.verify(known, "correct horse battery")
    assert not await passwords.verify(known, "correct horse batterz")
    assert not await passwords.verify(None, "nobody has this password")
    assert not await passwords.verify("no hash at all", "correct horse battery")


async def test_an_unknown_account_costs_as_much_work_as_a_known_one() -> None:
    class Counting(PasswordHasher):
        done = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            self.done += 1
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher)
    await passwords.verify(await passwords.hash("correct horse battery"), "wrong")
    await passwords.verify(None, "wrong")
    assert hasher.done == 2


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_a_password_too_short_or_long_is_refused(password: str) -> None:
    with pytest.raises(InvalidError) as caught:
        await Passwords(CHEAP).hash(password)
    assert caught.value.code == "PASSWORD_LENGTH"


async def test_a_flood_of_logins_is_refused_and_the_rest_served() -> None:
    passwords = Passwords(CHEAP)
    known = await passwords.hash("correct horse battery")
    attempts = [passwords.verify(known, "correct horse battery") for _ in range(100)]
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, LimitError)]
    assert len(refused) == 36
    assert answers.count(True) == 64


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ("Asia/Kolkata", "TIMEZONE_NOT_WHOLE_HOUR"),
        ("Australia/Lord_Howe", "TIMEZONE_NOT_WHOLE_HOUR"),
        ("Asia/Pyongyang", "TIMEZONE_NOT_WHOLE_HOUR"),
        ("Mars/Olympus", "INVALID_TIMEZONE"),
        ("Europe", "INVALID_TIMEZONE"),
        ("../../etc/passwd", "INVALID_TIMEZONE"),
        ("", "INVALID_TIMEZONE"),
        ("a\0b", "INVALID_TIMEZONE"),
    ],
)
def test_zones_without_whole_hours_are_refused(zone: str, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        particulars.checked_zone(zone)
    assert (caught.value.code, caught.value.field) == (code, "timezone")


@pytest.mark.parametrize("zone", ["Europe/Chisinau", "America/New_York", "UTC", "Asia/Tokyo"])
def test_zones_with_whole_hours_are_taken(zone: str) -> None:
    assert particulars.checked_zone(zone) == zone


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (particulars.checked_name, " \t"),
        (particulars.checked_name, "a\u202eb"),
        (particulars.checked_locale, "xx"),
        (particulars.checked_email, "nobody"),
        (particulars.checked_email, "a@b"),
        (particulars.checked_account_code, "a b"),
        (particulars.checked_account_code, "é123"),
    ],
)
def test_particulars_that_cannot_be_are_refused_by_field(check: object, value: str) -> None:
    assert callable(check)
    with pytest.raises(BalanceError) as caught:
        check(value)
    assert caught.value.field is not None


@pytest.mark.parametrize(
    ("uri", "accepted"),
    [
        ("https://app.example/cb", True),
        ("https://app.example/cb/", False),
        ("https://app.example/cb?x=1", False),
        ("https://app.example.evil/cb", False),
        ("http://127.0.0.1:51234/cb", True),
        ("http://127.0.0.1:51234/other", False),
        ("http://user@127.0.0.1:51234/cb", False),
        ("http://127.0.0.1.evil:80/cb", False),
        ("http://127.0.0.1:99999999/cb", False),
        ("http://[::1/cb", False),
    ],
)
def test_redirects_are_matched_to_the_letter_but_for_a_local_port(
    uri: str, *, accepted: bool
) -> None:
    app = Client.of_product("app", "App", ["https://app.example/cb", "http://127.0.0.1/cb"])
    assert app.check_redirect_uri(uri) is accepted


def test_every_language_says_everything() -> None:
    for texts in TEXTS.values():
        assert texts.keys() == TEXTS["en"].keys()
        assert {f"role_{role}" for role in Role} <= texts.keys()
        assert {f"scope_{scope}" for scope in SCOPES} <= texts.keys()


@given(st.integers(0, 0xFFFFFF))
def test_text_on_a_tenants_colour_can_be_read(colour: int) -> None:
    def luminance(value: str) -> float:
        parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    ground = f"#{colour:06X}"
    dark, light = sorted((luminance(ground), luminance(ink_on(ground))))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
