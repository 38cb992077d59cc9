"""How a concentrator proves who it is: HMAC per device over every request.

The rules are those of the public contract ("Push"): the server and the simulator both use this
module, so neither can drift alone.
"""

import base64
import hashlib
import hmac

REPLAY_WINDOW = 64
"""Counters from ``highest - 63`` to ``highest`` are remembered one by one (as RFC 4303)."""

_KEY_BYTES = 32


def signature(  # noqa: PLR0913, PLR0917 - the parts that the contract signs, in its order
    secret: str, method: str, target: str, device: str, counter: int, time: str, body: bytes
) -> str:
    """Hex HMAC-SHA256 of one request.

    Parameters
    ----------
    secret
        The device secret as printed; its ASCII characters are the key.
    target
        The raw request target with its query string.
    time
        The ``X-Balance-Time`` header as sent.
    body
        Bytes as sent, after content encoding; empty for a request without a body.

    Examples
    --------
    >>> signature("test-secret", "POST", "/gateway/v1/frames", "J100-000001", 1,
    ...           "2026-11-22T10:00:41Z", b'{"frames":[]}')[:16]
    '55538d89cb14eff8'
    """
    digest = hashlib.sha256(body).hexdigest()
    text = "\n".join((method.upper(), target, device, str(counter), time, digest))
    return hmac.new(secret.encode("ascii"), text.encode(), hashlib.sha256).hexdigest()


def device_secret(master_key: bytes, serial: str, generation: int) -> str:
    """Secret of one device: HKDF-SHA256 (RFC 5869) of the master key, so that none is stored.

    Raises
    ------
    ValueError
        The master key is shorter than 32 bytes.
    """
    return _derived(master_key, b"balance device secret", f"{serial}\n{generation}").hex()


def claim_code(master_key: bytes, serial: str) -> str:
    """Code on the label of a device: 60 bits, by which its owner makes it known.

    Raises
    ------
    ValueError
        The master key is shorter than 32 bytes.

    Examples
    --------
    >>> len(claim_code(bytes(32), "J100-000001"))
    14
    """
    found = _derived(master_key, b"balance claim code", serial)
    text = base64.b32encode(found).decode()[:12]
    return "-".join(text[at : at + 4] for at in range(0, 12, 4))


def is_claim_code(master_key: bytes, serial: str, given: str) -> bool:
    """Whether somebody typed the code of a device, however they grouped and spelled it."""
    plain = given.upper().replace("-", "").replace(" ", "")
    expected = claim_code(master_key, serial).replace("-", "")
    return hmac.compare_digest(expected.encode(), plain.encode(errors="replace"))


def _derived(master_key: bytes, salt: bytes, info: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) of the master key, one block."""
    if len(master_key) < _KEY_BYTES:
        raise ValueError("the master key must have at least 32 bytes")
    extracted = hmac.new(salt, master_key, hashlib.sha256).digest()
    return hmac.new(extracted, info.encode() + b"\x01", hashlib.sha256).digest()
