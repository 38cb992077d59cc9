"""Notifications in the schema: how a person wants to be told."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.outcomes import UserError, attempt
from backend.services.notifications import preferences
from backend.services.notifications.preferences import Asked, Preferences, clock_of
from backend.store.notifications.wishes import Wish
from domain.alerts import AlertKind, Channel, Mode
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(
    Mode,
    name="NotificationMode",
    description="NOW, with the DIGEST of the day, or never. Danger does not wait for a digest.",
)


@strawberry.type(description="How a person is told of one kind of alert.")
class KindPreference:
    """Channels of one kind; a rule must name a channel, too."""

    kind: AlertKind
    push: Mode
    email: Mode
    sms: Mode


@strawberry.type(description="How a person is told.")
class NotificationPreferences:
    """View of :class:`Preferences`; clock times are HH:MM in the person's zone."""

    zone: str
    locale: str
    digest_at: str
    quiet_from: str | None = strawberry.field(
        description="With quietUntil the hours in which only leaks and danger are told."
    )
    quiet_until: str | None
    email: str | None = strawberry.field(description="Of the account.")
    phone: str | None = strawberry.field(description="For SMS, in the form +37369123456.")
    kinds: list[KindPreference]

    @classmethod
    def of(cls, found: Preferences) -> "NotificationPreferences":
        """Build the view."""
        person = found.person
        return cls(
            zone=person.zone,
            locale=person.locale,
            digest_at=clock_of(person.digest_at),
            quiet_from=None if person.quiet_from is None else clock_of(person.quiet_from),
            quiet_until=None if person.quiet_until is None else clock_of(person.quiet_until),
            email=person.email,
            phone=person.phone,
            kinds=[
                KindPreference(
                    kind=kind,
                    push=found.modes[kind, Channel.PUSH],
                    email=found.modes[kind, Channel.EMAIL],
                    sms=found.modes[kind, Channel.SMS],
                )
                for kind in AlertKind
            ],
        )


@strawberry.type
class NotificationEntrance:
    """Entrance of the viewer to their preferences."""

    @strawberry.field(description="How the person who asks is told.")
    async def notification_preferences(self, info: Info) -> NotificationPreferences:
        """Resolve by service."""
        info.context.require(Permission.ALERTS_READ)
        async with info.context.db() as session:
            return NotificationPreferences.of(await preferences.of_person(session))


@strawberry.input(description="How a person wants to be told of one kind of alert.")
class KindPreferenceInput:
    """A channel that is left out stays as it is."""

    kind: AlertKind
    push: Mode | None = None
    email: Mode | None = None
    sms: Mode | None = None


@strawberry.input(description="How a person wants to be told.")
class SaveNotificationPreferencesInput:
    """All of it but the kinds, of which those left out stay as they are."""

    zone: str
    locale: str
    digest_at: str = "08:00"
    quiet_from: str | None = None
    quiet_until: str | None = None
    phone: str | None = None
    kinds: list[KindPreferenceInput] = strawberry.field(default_factory=list)


@strawberry.type
class NotificationPreferencesPayload:
    """The preferences that hold."""

    preferences: NotificationPreferences | None
    errors: list[UserError]


def _modes(kinds: list[KindPreferenceInput]) -> list[Wish]:
    said = [
        (one.kind, channel, mode)
        for one in kinds
        for channel, mode in (
            (Channel.PUSH, one.push),
            (Channel.EMAIL, one.email),
            (Channel.SMS, one.sms),
        )
    ]
    last = {(kind, channel): mode for kind, channel, mode in said if mode is not None}
    return [Wish(*key, mode) for key, mode in last.items()]


@strawberry.type
class NotificationMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Set how one wants to be told.")
    async def save_notification_preferences(
        self, info: Info, input: SaveNotificationPreferencesInput
    ) -> NotificationPreferencesPayload:
        """Resolve by service."""
        asked = Asked(
            zone=input.zone,
            locale=input.locale,
            digest_at=input.digest_at,
            quiet_from=input.quiet_from,
            quiet_until=input.quiet_until,
            phone=input.phone,
            modes=_modes(input.kinds),
        )
        found, errors = await attempt(
            info.context,
            Permission.ALERTS_READ,
            lambda session: preferences.save(session, asked),
        )
        return NotificationPreferencesPayload(
            preferences=None if found is None else NotificationPreferences.of(found), errors=errors
        )
