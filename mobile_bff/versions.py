"""Which versions of the app are served, and which must be replaced first.

An app on a phone lives as long as its owner lets it. What it needs of the server is known by its
version, which every request names: ``X-Balance-App: ios/1.4.0``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from backend.settings import Settings
from domain.errors import BalanceError, InvalidError

HEADER = "x-balance-app"
_NAMED = re.compile(r"(web|ios|android)/(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)

Number = tuple[int, int, int]


class Platform(StrEnum):
    """Where the app runs."""

    WEB = "web"
    IOS = "ios"
    ANDROID = "android"


class Compatibility(StrEnum):
    """What a version may expect of the server."""

    CURRENT = "current"
    OUTDATED = "outdated"
    BLOCKED = "blocked"


class AppTooOldError(BalanceError):
    """The app must be replaced by a newer version before it is served."""

    code = "APP_TOO_OLD"


@dataclass(frozen=True, slots=True)
class App:
    """An app as it names itself."""

    platform: Platform
    version: Number

    @classmethod
    def named(cls, text: str) -> "App":
        """Read ``platform/version``.

        Raises
        ------
        InvalidError
            APP_UNKNOWN: it is none.

        Examples
        --------
        >>> App.named("ios/1.4.0").version
        (1, 4, 0)
        """
        found = _NAMED.fullmatch(text)
        if found is None:
            raise InvalidError(
                f"{text[:40]!r} is no app: web, ios or android, a slash and three numbers",
                code="APP_UNKNOWN",
                field="X-Balance-App",
            )
        major, minor, patch = (int(part) for part in found.groups()[1:])
        return cls(Platform(found[1]), (major, minor, patch))


@dataclass(frozen=True, slots=True)
class Versions:
    """What this installation serves."""

    oldest: Number
    newest: Number
    stores: dict[Platform, str]

    @classmethod
    def of(cls, settings: Settings) -> "Versions":
        """As the settings tell."""
        return cls(
            _number(settings.app_oldest_version),
            _number(settings.app_newest_version),
            {Platform.IOS: settings.app_store_ios, Platform.ANDROID: settings.app_store_android},
        )

    def of_app(self, app: App) -> Compatibility:
        """Judge one app."""
        if app.version < self.oldest:
            return Compatibility.BLOCKED
        return Compatibility.OUTDATED if app.version < self.newest else Compatibility.CURRENT

    def told(self, app: App) -> dict[str, str | None]:
        """Answer for one app, as it is sent."""
        return {
            "status": str(self.of_app(app)),
            "oldest": _text(self.oldest),
            "newest": _text(self.newest),
            "store": self.stores.get(app.platform) or None,
        }

    def check(self, app: App) -> None:
        """Refuse a version that is served no more.

        Raises
        ------
        AppTooOldError
            It must be replaced.
        """
        if self.of_app(app) is Compatibility.BLOCKED:
            raise AppTooOldError(
                f"version {_text(app.version)} is served no more; {_text(self.oldest)} or newer is"
            )


def _number(text: str) -> Number:
    major, minor, patch = (int(part) for part in text.split("."))
    return major, minor, patch


def _text(number: Number) -> str:
    return ".".join(str(part) for part in number)
