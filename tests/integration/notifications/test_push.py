"""Push against a Firebase of our own on a real socket, and the contract with the library."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend.clients.parcels import Outcome
from backend.clients.push import FirebasePush
from simulator.providers.firebase import PROJECT, Firebase, write_account
from tests.integration.notifications.serving import parcel, served

# Google's library never closes the session by which it fetches tokens.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest_asyncio.fixture
async def push(tmp_path: Path) -> AsyncIterator[tuple[Firebase, FirebasePush]]:
    provider = Firebase()
    async with served(provider.application()) as url:
        write_account(tmp_path / "account.json", url)
        carrier = FirebasePush(tmp_path / "account.json", url)
        yield provider, carrier
        await carrier.close()


async def test_the_library_still_has_what_the_adapter_sets() -> None:
    """The contract with the pinned version: the private URL, and the call that uses it."""
    from firebase_admin import messaging  # noqa: PLC0415 - as the adapter loads it

    service = messaging._MessagingService
    assert service.FCM_URL == "https://fcm.googleapis.com/v1/projects/{0}/messages:send"
    assert "_fcm_url" in service.send_each_async.__code__.co_names + sum(
        (
            constant.co_names
            for constant in service.send_each_async.__code__.co_consts
            if hasattr(constant, "co_names")
        ),
        (),
    )


async def test_pushes_arrive_with_a_key_that_replaces_a_repeated_one(
    push: tuple[Firebase, FirebasePush],
) -> None:
    provider, carrier = push
    sent = await carrier.deliver(
        [parcel(7, "phone", urgent=True, data={"path": "/app/alerts/x"}), parcel(8, "tablet")]
    )
    assert [one.outcome for one in sent] == [Outcome.SENT, Outcome.SENT]
    names = {one.response for one in sent}
    assert names == {f"projects/{PROJECT}/messages/{number}" for number in (1, 2)}
    first = next(one for one in provider.messages if one["token"] == "phone")
    assert first["notification"] == {"title": "Scurgere", "body": "Flat 1: apă rece."}
    assert first["data"] == {"path": "/app/alerts/x", "id": "3-7"}
    assert first["android"]["collapse_key"] == "3-7"
    assert first["android"]["priority"] == "high"
    assert first["android"]["notification"]["tag"] == "3-7"
    assert first["apns"]["headers"]["apns-collapse-id"] == "3-7"


async def test_the_first_portions_may_come_at_once(push: tuple[Firebase, FirebasePush]) -> None:
    provider, carrier = push
    several = await asyncio.gather(*(carrier.deliver([parcel(n, f"t{n}")]) for n in range(6)))
    assert [one.outcome for (one,) in several] == [Outcome.SENT] * 6
    assert {one["token"] for one in provider.messages} == {f"t{n}" for n in range(6)}


async def test_dead_tokens_are_gone_and_outages_are_tried_again(
    push: tuple[Firebase, FirebasePush],
) -> None:
    provider, carrier = push
    provider.answers = {
        "dead": "UNREGISTERED",
        "odd": "INVALID_ARGUMENT",
        "many": "QUOTA_EXCEEDED",
    }
    found = await carrier.deliver([parcel(n, to) for n, to in enumerate(["dead", "odd", "many"])])
    assert [one.outcome for one in found] == [Outcome.GONE, Outcome.REFUSED, Outcome.LATER]
    provider.outage = "UNAVAILABLE"
    (found,) = [await carrier.deliver([parcel(9, "phone")])]
    assert [one.outcome for one in found] == [Outcome.LATER]


async def test_without_a_provider_a_push_waits(tmp_path: Path) -> None:
    write_account(tmp_path / "account.json", "http://127.0.0.1:9")
    carrier = FirebasePush(tmp_path / "account.json", "http://127.0.0.1:9")
    (found,) = await carrier.deliver([parcel(1, "phone")])
    assert found.outcome is Outcome.LATER
    await carrier.close()
