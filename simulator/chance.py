"""Chance that repeats: draws named by words, the same on every machine and in every release.

A draw is a hash of its name, not the next number of a generator. So any hour of any channel can be
drawn alone, in any order, after any restart.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MANTISSA = 53


def uniform(size: int, *words: object) -> FloatArray:
    """Independent numbers in [0, 1) that belong to ``words``, shape ``(size,)``.

    Examples
    --------
    >>> bool((uniform(3, "town", 7) == uniform(5, "town", 7)[:3]).all())
    True
    """
    name = "\x1f".join(str(word) for word in words).encode()
    raw = np.frombuffer(hashlib.shake_256(name).digest(8 * size), dtype="<u8")
    return (raw >> np.uint64(64 - _MANTISSA)).astype(np.float64) * 2.0**-_MANTISSA


def chance(*words: object) -> float:
    """One number in [0, 1) that belongs to ``words``."""
    return float(uniform(1, *words)[0])


def between(low: int, high: int, *words: object) -> int:
    """One whole number from ``low`` to ``high``, both included."""
    return low + int(chance(*words) * (high - low + 1))


def bell(size: int, *words: object) -> FloatArray:
    """Numbers of mean 0 and deviation 1, nearly normal: the sum of twelve uniform ones."""
    drawn: FloatArray = uniform(12 * size, *words).reshape(size, 12).sum(axis=1) - 6.0
    return drawn
