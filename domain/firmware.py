"""Firmware of radio modules: what a manifest says, who signs it, and whose turn it is.

A release reaches devices stage by stage: whether a device is among the first N percent is decided
by the hash of its serial and the version, so it is the same everywhere and another few begin each
time.
"""

import hashlib
import re
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import InvalidError

LARGEST_BYTES = 16 * 2**20
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,3}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BUCKETS = 10_000
_INFO = b"balance firmware manifests v1"


@dataclass(frozen=True, slots=True)
class Image:
    """A firmware image for one hardware generation of radio modules."""

    generation: str
    version: str
    sha256: str
    size: int
    url: str

    def check(self) -> None:
        """Check what was given.

        Raises
        ------
        InvalidError
            BAD_FIRMWARE, with the field.
        """
        wrong = {
            "generation": not 1 <= len(self.generation) <= 40,
            "version": _VERSION.fullmatch(self.version) is None,
            "sha256": _SHA256.fullmatch(self.sha256) is None,
            "size": not 1 <= self.size <= LARGEST_BYTES,
            "url": not self.url.startswith("https://") or len(self.url) > 500,
        }
        for field, bad in wrong.items():
            if bad:
                value = str(getattr(self, field))[:80]
                message = f"{field} = {value!r}: must be {_WANTED[field]}"
                raise InvalidError(message, code="BAD_FIRMWARE", field=field)

    def manifest(self) -> str:
        """What is signed: JSON in canonical form."""
        told = {
            "generation": self.generation,
            "version": self.version,
            "sha256": self.sha256,
            "size": self.size,
            "url": self.url,
        }
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


_WANTED = {
    "generation": "a hardware generation of modules",
    "version": "two to four numbers with dots between them, such as 2.4.1",
    "sha256": "64 hexadecimal digits in lower case",
    "size": f"1 to {LARGEST_BYTES} bytes",
    "url": "an https address of at most 500 characters",
}


def signing_key(master_key: bytes) -> Ed25519PrivateKey:
    """Key that signs the manifests of an installation: HKDF-SHA256 (RFC 5869) of its master key."""
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=_INFO).derive(master_key)
    return Ed25519PrivateKey.from_private_bytes(derived)


def sign(master_key: bytes, manifest: str) -> tuple[bytes, bytes]:
    """Ed25519 signature (RFC 8032) of a manifest, and the public key that verifies it."""
    key = signing_key(master_key)
    return key.sign(manifest.encode()), key.public_key().public_bytes_raw()


def is_signed(public_key: bytes, manifest: str, signature: bytes) -> bool:
    """Whether a manifest was signed so: what a device checks before it takes an image."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, manifest.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def share_of(serial: str, version: str) -> float:
    """Place of a device in the roll-out of a version, from 0 up to 100 percent.

    Examples
    --------
    >>> share_of("D100-1", "2.4.1")
    11.93
    """
    digest = hashlib.sha256(f"{version}\n{serial}".encode()).digest()
    return int.from_bytes(digest[:8]) % _BUCKETS * 100 / _BUCKETS


def is_due(serial: str, version: str, percent: float) -> bool:
    """Whether a device is among the first so many percent."""
    return share_of(serial, version) < percent
