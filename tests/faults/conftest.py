"""Faults: short in the suite, long with ``make faults``; every seed is printed."""

import os
import random
import sys
import time
from collections.abc import Callable

import pytest

LONG = os.environ.get("BALANCE_FAULTS") == "long"


def fresh_seed() -> int:
    """A new one, or that of BALANCE_FAULTS_SEED."""
    return int(os.environ.get("BALANCE_FAULTS_SEED") or time.time_ns() % 2**31)


@pytest.fixture
def long() -> bool:
    """Whether this is the long run."""
    return LONG


@pytest.fixture
def seed(record_property: Callable[[str, object], None]) -> int:
    """Of this run; BALANCE_FAULTS_SEED repeats one."""
    found = fresh_seed()
    sys.stdout.write(f"BALANCE_FAULTS_SEED={found}\n")
    record_property("seed", found)
    return found


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Where chance decides, it comes from the seed."""
    return random.Random(seed)
