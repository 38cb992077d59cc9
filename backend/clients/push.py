"""Push by Firebase Cloud Messaging, through firebase-admin.

The library has no option for another endpoint, so a private attribute is set, here and nowhere
else; its version is pinned, and tests/integration/notifications/test_push.py holds it to its
word. Google's code is loaded when the first message is sent, since most installations send none.
It fetches its access token by a call that blocks, even within its own coroutines: so it has an
event loop of its own, in a thread of its own, and a worker goes on folding meanwhile.
"""

import asyncio
import contextlib
import itertools
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from backend.clients.parcels import Delivery, Outcome, Parcel

AT_ONCE = 500
"""What the library takes in one call."""

ALIVE_S = 4 * 3600
"""How long the provider tries to reach a telephone: later the news is old."""

TIMEOUT_S = 10
PATIENCE_S = 30
"""With the fetching of a token, for which the library would wait two minutes."""

_APPS = itertools.count(1)
"""The library wants names of its own, also after an opening that failed."""

log = structlog.get_logger(__name__)


class FirebasePush:
    """Sends to registration tokens with a service account."""

    def __init__(self, credentials: Path, url: str = "") -> None:
        self._credentials, self._url = credentials, url
        self._app: Any = None
        self._opening = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Hand all to the provider, some hundred at a time."""
        try:
            async with self._opening:  # several portions may be the first at once
                if self._app is None:
                    self._app = await asyncio.to_thread(self._open)
            found: list[Delivery] = []
            for at in range(0, len(parcels), AT_ONCE):
                some = self._some(parcels[at : at + AT_ONCE])
                sending = asyncio.run_coroutine_threadsafe(some, self._own_loop())
                answers = await asyncio.wait_for(asyncio.wrap_future(sending), PATIENCE_S)
                found.extend(answers)
        except Exception as error:  # noqa: BLE001 - Google's code raises whatever it likes
            log.warning("push provider failed", error=str(error))
            return [Delivery(Outcome.LATER, f"{type(error).__name__}: {error}")] * len(parcels)
        return found

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="push", daemon=True)
            self._thread.start()
        return self._loop

    def _open(self) -> Any:  # noqa: ANN401 - the library has no types
        import firebase_admin  # noqa: PLC0415 - loaded when it is needed
        from firebase_admin import credentials, messaging  # noqa: PLC0415 - the same

        account = credentials.Certificate(str(self._credentials))
        options = {"httpTimeout": TIMEOUT_S}
        app = firebase_admin.initialize_app(account, options, name=f"balance {next(_APPS)}")
        service = messaging._get_messaging_service(app)  # noqa: SLF001 - see the module
        if self._url:
            project = account.project_id
            service._fcm_url = f"{self._url}/v1/projects/{project}/messages:send"  # noqa: SLF001
        return app

    async def _some(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        from firebase_admin import messaging  # noqa: PLC0415 - loaded when it is needed

        with warnings.catch_warnings():
            # tokens give way to installation ids, which the libraries of telephones do not have yet
            warnings.simplefilter("ignore", DeprecationWarning)
            messages = [_message(messaging, one) for one in parcels]
        answer = await messaging.send_each_async(messages, dry_run=False, app=self._app)
        return [_delivery(messaging, one) for one in answer.responses]

    async def close(self) -> None:
        """Let the library drop what it holds, and end its thread."""
        if self._app is None:
            return
        import firebase_admin  # noqa: PLC0415 - loaded already
        from firebase_admin import messaging  # noqa: PLC0415 - the same

        app, self._app = self._app, None
        service = messaging._get_messaging_service(app)  # noqa: SLF001 - see the module
        closing = asyncio.run_coroutine_threadsafe(
            service._async_client.aclose(),  # noqa: SLF001 - nothing else closes it
            self._own_loop(),
        )
        with contextlib.suppress(Exception):
            await asyncio.wait_for(asyncio.wrap_future(closing), TIMEOUT_S)
        await asyncio.to_thread(firebase_admin.delete_app, app)
        await asyncio.to_thread(self._end_loop)

    def _end_loop(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT_S)
        if not thread.is_alive():
            loop.close()


def _message(messaging: Any, one: Parcel) -> Any:  # noqa: ANN401 - the library has no types
    """A message that replaces itself on the telephone if it comes twice."""
    tag = f"{one.tenant}-{one.number}"
    return messaging.Message(
        token=one.address,
        notification=messaging.Notification(title=one.subject, body=one.text),
        data={**one.data, "id": tag},
        android=messaging.AndroidConfig(
            priority="high" if one.urgent else "normal",
            collapse_key=tag,
            ttl=ALIVE_S,
            notification=messaging.AndroidNotification(tag=tag),
        ),
        apns=messaging.APNSConfig(
            headers={
                "apns-collapse-id": tag,
                "apns-priority": "10" if one.urgent else "5",
            },
            payload=messaging.APNSPayload(aps=messaging.Aps(sound="default")),
        ),
    )


def _delivery(messaging: Any, answer: Any) -> Delivery:  # noqa: ANN401 - the library has no types
    from firebase_admin import exceptions  # noqa: PLC0415 - loaded already

    if answer.success:
        return Delivery(Outcome.SENT, answer.message_id)
    error = answer.exception
    said = f"{getattr(error, 'code', '')}: {error}"
    if isinstance(error, messaging.UnregisteredError | messaging.SenderIdMismatchError):
        return Delivery(Outcome.GONE, said)
    if isinstance(error, exceptions.InvalidArgumentError):
        return Delivery(Outcome.REFUSED, said)
    return Delivery(Outcome.LATER, said)
