"""The sender: an errand of its own in the worker, so that no slow provider holds up a fold."""

import asyncio
import contextlib
from datetime import UTC, datetime
from functools import partial
from time import monotonic

import structlog

from backend.clients.mail import SmtpMail
from backend.clients.parcels import Carrier
from backend.clients.push import FirebasePush
from backend.clients.sms import HttpSms
from backend.clients.webhooks import Webhooks
from backend.master_key import load_master_key
from backend.services import upkeep
from backend.services.notifications import hooks, sending
from backend.services.notifications.sending import Post
from backend.settings import Settings
from backend.store.notifications.outbox import SEND
from domain.alerts import Channel
from domain.identity import TenantId
from tenants.session import Database

LOOKS_EVERY_S = 0.5
TENANTS_AT_ONCE = 4
TURN_S = 20.0
BATCHES_AT_ONCE = 4

log = structlog.get_logger(__name__)


def post_of(settings: Settings) -> Post:
    """Carriers of the channels that are set up; others keep what they should send."""
    carriers: dict[str, Carrier] = {
        hooks.WEBHOOK: Webhooks(hooks.signature, private=settings.webhooks_private)
    }
    if settings.fcm_credentials is not None:
        carriers[Channel.PUSH] = FirebasePush(settings.fcm_credentials, settings.fcm_url)
    if settings.smtp_url:
        carriers[Channel.EMAIL] = SmtpMail(settings.smtp_url, settings.mail_from)
    if settings.sms_url:
        carriers[Channel.SMS] = HttpSms(settings.sms_url, settings.sms_token.get_secret_value())
    return Post(carriers, settings.public_url, load_master_key(settings))


class Sender:
    """Looks for letters that are due, and serves some tenants at a time."""

    def __init__(self, database: Database, post: Post) -> None:
        self._database, self._post = database, post
        self._busy: dict[TenantId, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Look no more; what is being sent is sent again by the next one if it must be."""
        under_way = [task for task in (self._looking, *self._busy.values()) if task is not None]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._post.close()

    async def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                try:
                    await self._look()
                except Exception:
                    log.exception("the outbox cannot be read, trying again")
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _look(self) -> None:
        waiting = await upkeep.waiting_work(self._database, [SEND], datetime.now(UTC))
        for _, tenant in waiting:
            if len(self._busy) >= TENANTS_AT_ONCE:
                return
            if tenant not in self._busy:
                task = asyncio.create_task(self._serve(tenant))
                self._busy[tenant] = task
                task.add_done_callback(partial(self._served, tenant))

    def _served(self, tenant: TenantId, _: asyncio.Task[None]) -> None:
        self._busy.pop(tenant, None)

    async def _serve(self, tenant: TenantId) -> None:
        """Claim and hand over, some batches at a time, until nothing is due or the turn is over."""
        until = monotonic() + TURN_S
        delivering: set[asyncio.Task[None]] = set()
        try:
            while monotonic() < until:
                batch = await sending.claim_next(self._database, tenant)
                if batch is None:
                    break
                delivery = sending.deliver(self._database, tenant, self._post, batch)
                delivering.add(asyncio.create_task(delivery))
                if len(delivering) >= BATCHES_AT_ONCE:
                    delivering = await self._some_done(delivering, tenant)
        except Exception:
            log.exception("letters not claimed, their bell goes on ringing", tenant=tenant)
        finally:
            while delivering:
                delivering = await self._some_done(delivering, tenant)

    @staticmethod
    async def _some_done(
        delivering: set[asyncio.Task[None]], tenant: TenantId
    ) -> set[asyncio.Task[None]]:
        done, rest = await asyncio.wait(delivering, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            error = None if one.cancelled() else one.exception()
            if error is not None:
                log.error("letters not noted, they go out again", tenant=tenant, error=str(error))
        return rest
