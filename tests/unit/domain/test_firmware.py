"""Firmware manifests and the order in which devices get their turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidError
from domain.firmware import Image, is_due, is_signed, share_of, sign
from tests.factories import MASTER_KEY

IMAGE = Image("D100FC", "2.4.1", "ab" * 32, 65_536, "https://firmware.example/d100fc-2.4.1.bin")


def test_a_manifest_is_verified_by_its_signature_alone() -> None:
    text = IMAGE.manifest()
    signature, key = sign(MASTER_KEY, text)
    assert is_signed(key, text, signature)
    assert not is_signed(key, text.replace("2.4.1", "2.4.2"), signature)
    assert not is_signed(key, text, bytes(64))
    assert not is_signed(sign(bytes(32), text)[1], text, signature)
    assert not is_signed(b"short", text, signature)


@pytest.mark.parametrize(
    "change",
    [
        {"generation": ""},
        {"version": "latest"},
        {"version": "2"},
        {"sha256": "AB" * 32},
        {"size": 0},
        {"size": 2**30},
        {"url": "http://firmware.example/x"},
    ],
)
def test_a_bad_field_is_named(change: dict[str, object]) -> None:
    with pytest.raises(InvalidError) as caught:
        Image(**{**_fields(), **change}).check()  # type: ignore[arg-type]
    assert caught.value.code == "BAD_FIRMWARE"
    assert caught.value.field == next(iter(change))


def _fields() -> dict[str, object]:
    IMAGE.check()
    return {
        name: getattr(IMAGE, name) for name in ("generation", "version", "sha256", "size", "url")
    }


@given(st.text(min_size=1, max_size=20), st.floats(0, 100), st.floats(0, 100))
def test_who_is_due_stays_due_in_later_stages(serial: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert not is_due(serial, "1.0", low) or is_due(serial, "1.0", high)
    assert is_due(serial, "1.0", 100)
    assert not is_due(serial, "1.0", 0)


def test_a_stage_has_about_its_share_and_each_version_others() -> None:
    serials = [f"D{number}" for number in range(4000)]
    first = {serial for serial in serials if is_due(serial, "1.0", 10)}
    second = {serial for serial in serials if is_due(serial, "1.1", 10)}
    assert 340 < len(first) < 460
    assert len(first & second) < 100
    assert min(share_of(one, "1.0") for one in serials) >= 0
