"""Bodies on the wire: read, or refused; and frames known by their content."""

import gzip
import json
import tracemalloc
import zlib

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.store.wire import (
    LONGEST_BODY,
    LONGEST_DOCUMENT,
    ContentType,
    TooLargeError,
    decode,
    identity_of,
)
from domain.frames import BadBodyError

FRAME = {"sequence": 3, "hours": [{"network": 1, "channels": [1], "counters": [2**32 - 1]}]}


@given(st.binary(max_size=200), st.sampled_from(ContentType), st.booleans())
def test_bytes_are_read_or_refused(body: bytes, kind: ContentType, gzipped: bool) -> None:  # noqa: FBT001 - drawn
    try:
        decode(body, kind, gzipped=gzipped)
    except (BadBodyError, TooLargeError) as error:
        assert error.code in {"BAD_BODY", "BODY_TOO_LARGE"}  # noqa: PT017 - not raising is right


@given(st.binary(max_size=200), st.integers(0, 200))
def test_gzip_is_read_whole_or_refused(content: bytes, cut: int) -> None:
    text = json.dumps({"x": content.hex()}).encode()
    packed = gzip.compress(text)
    assert decode(packed, ContentType.JSON, gzipped=True) == {"x": content.hex()}
    cut = min(cut, len(packed) - 1)
    with pytest.raises(BadBodyError):
        decode(packed[:cut], ContentType.JSON, gzipped=True)


def test_a_bomb_is_refused_with_bounded_memory() -> None:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    zeros = bytes(2**20)
    bomb = b"".join(squeezer.compress(zeros) for _ in range(512)) + squeezer.flush()
    assert len(bomb) < LONGEST_BODY
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            decode(bomb, ContentType.JSON, gzipped=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < LONGEST_DOCUMENT + 8 * 2**20


def test_a_long_body_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLargeError):
        decode(bytes(LONGEST_BODY + 1), ContentType.JSON, gzipped=False)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    with pytest.raises(BadBodyError):
        decode(opening * 100_000, ContentType.JSON, gzipped=False)
    with pytest.raises(BadBodyError):
        decode(b"\x91" * 100_000, ContentType.MSGPACK, gzipped=False)


def test_a_frame_is_the_same_however_it_was_sent() -> None:
    shuffled = dict(reversed(FRAME.items()))
    sent = [
        decode(json.dumps(FRAME).encode(), ContentType.JSON, gzipped=False),
        decode(json.dumps(shuffled, indent=2).encode(), ContentType.JSON, gzipped=False),
        decode(gzip.compress(json.dumps(FRAME).encode()), ContentType.JSON, gzipped=True),
        decode(ormsgpack.packb(FRAME), ContentType.MSGPACK, gzipped=False),
    ]
    identities = set()
    for document in sent:
        assert isinstance(document, dict)
        identities.add(identity_of(document))
    assert len(identities) == 1
    assert identity_of({**FRAME, "sequence": 4}) not in identities
