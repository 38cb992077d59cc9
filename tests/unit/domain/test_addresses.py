"""Addresses as people type them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.addresses import PostalAddress
from domain.errors import InvalidError

PART = st.none() | st.text(max_size=12)


def test_a_line_reads_like_a_letter() -> None:
    whole = PostalAddress("str. Morii 2", "MD-2001", "Orhei", "MD")
    assert whole.line == "str. Morii 2, MD-2001 Orhei"
    assert PostalAddress(locality="Orhei").line == "Orhei"
    assert PostalAddress(street="str. Morii 2").line == "str. Morii 2"
    assert PostalAddress().line == ""


@given(PART, PART, PART)
def test_what_is_kept_has_no_empty_part_and_no_space_around_it(
    street: str | None, code: str | None, locality: str | None
) -> None:
    assume(all((part or "").strip().isprintable() for part in (street, code, locality)))
    kept = PostalAddress.checked(street, code, locality, None)
    for typed, part in ((street, kept.street), (code, kept.postal_code), (locality, kept.locality)):
        assert part == ((typed or "").strip() or None)
    assert kept.is_known == bool(kept.line)


@pytest.mark.parametrize(("typed", "kept"), [("md", "MD"), (" RO ", "RO"), ("", None)])
def test_a_country_is_two_letters(typed: str, kept: str | None) -> None:
    assert PostalAddress.checked(None, None, None, typed).country == kept


@pytest.mark.parametrize("typed", ["M", "MDA", "M1", "\u041c\u0414"])
def test_another_country_is_refused(typed: str) -> None:
    with pytest.raises(InvalidError) as refused:
        PostalAddress.checked(None, None, None, typed)
    assert refused.value.field == "address.country"
