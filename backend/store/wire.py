"""Bodies of pushes: bytes on the wire to plain objects, and the identity of a frame."""

import hashlib
import zlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson
import ormsgpack

from domain.errors import LimitError
from domain.frames import BadBodyError

LONGEST_BODY = 8 * 2**20
LONGEST_DOCUMENT = 64 * 2**20

_GZIP = zlib.MAX_WBITS | 16
_PIECE = 2**20


class ContentType(StrEnum):
    """Encodings in which a push may come; the keys are the same in both."""

    JSON = "application/json"
    MSGPACK = "application/msgpack"


class TooLargeError(LimitError):
    """A body, as sent or decoded, is larger than the gateway takes."""

    code = "BODY_TOO_LARGE"


def decode(body: bytes, content_type: ContentType, *, gzipped: bool) -> object:
    """Read a body.

    Raises
    ------
    BadBodyError
        It is no gzip, no JSON or no msgpack.
    TooLargeError
        It is longer than the gateway takes, as sent or decoded.
    """
    if len(body) > LONGEST_BODY:
        raise TooLargeError(f"the body has {len(body)} bytes, the limit is {LONGEST_BODY}")
    plain = _inflate(body) if gzipped else body
    try:
        if content_type is ContentType.MSGPACK:
            return ormsgpack.unpackb(plain)
        return orjson.loads(plain)
    except (orjson.JSONDecodeError, ormsgpack.MsgpackDecodeError, RecursionError) as error:
        raise BadBodyError(f"the body is not {content_type}: {error}", field="body") from error


def _inflate(body: bytes) -> bytes:
    """Undo gzip, but never make more than the longest document of it."""
    inflater = zlib.decompressobj(_GZIP)
    pieces: list[bytes] = []
    size = 0
    rest = body
    try:
        while not inflater.eof:
            piece = inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
            size += len(piece)
            if size > LONGEST_DOCUMENT:
                raise TooLargeError(f"the body decodes to more than {LONGEST_DOCUMENT} bytes")
            pieces.append(piece)
            if not rest and not piece:
                raise BadBodyError("the gzip body ends too early", field="body")
    except zlib.error as error:
        raise BadBodyError(f"the body is not gzip: {error}", field="body") from error
    return b"".join(pieces)


def identity_of(frame: Mapping[str, Any]) -> bytes:
    """Hash of a frame's decoded content in canonical form: keys sorted, one binary encoding.

    JSON or msgpack, gzip or not, alone or in a batch: the same frame has the same identity.

    Raises
    ------
    BadBodyError
        The frame holds something that no canonical form has, such as keys that are no text.
    """
    try:
        packed = ormsgpack.packb(frame, option=ormsgpack.OPT_SORT_KEYS)
    except (TypeError, ormsgpack.MsgpackEncodeError) as error:
        raise BadBodyError(f"a frame cannot be put in canonical form: {error}") from error
    return hashlib.sha256(packed).digest()
