"""A refresh token used again within moments: one rotation, one answer."""

import asyncio
from collections.abc import Mapping

import pytest

from domain.errors import UnauthenticatedError
from mobile_bff.rotation import KEPT_S, Rotations


async def test_moments_later_the_answer_is_the_same_and_later_it_is_not() -> None:
    now, times = 0.0, 0

    async def rotate() -> Mapping[str, int]:
        nonlocal times
        times += 1
        await asyncio.sleep(0)
        return {"number": times}

    rotations = Rotations(lambda: now)
    first = await asyncio.gather(*(rotations.once("r1_a", rotate) for _ in range(3)))
    assert [one["number"] for one in first] == [1, 1, 1]
    assert (await rotations.once("r1_b", rotate))["number"] == 2
    now = KEPT_S + 1
    assert (await rotations.once("r1_a", rotate))["number"] == 3


async def test_a_refusal_is_told_to_all_and_not_kept() -> None:
    asked = 0

    async def refuse() -> Mapping[str, int]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise UnauthenticatedError("no")

    rotations = Rotations()
    found = await asyncio.gather(
        *(rotations.once("r1_a", refuse) for _ in range(2)), return_exceptions=True
    )
    assert all(isinstance(one, UnauthenticatedError) for one in found)
    with pytest.raises(UnauthenticatedError):
        await rotations.once("r1_a", refuse)
    assert asked == 2
