"""The pages a person sees: templates, language, brand, and headers that allow no script at all."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tenants.oauth.accounts import Brand
from tenants.oauth.texts import TEXTS

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
PRODUCT = Brand("Balance")


@dataclass(frozen=True, slots=True)
class Look:
    """In which language, and under whose name a page is shown."""

    locale: str
    brand: Brand = PRODUCT


@dataclass(frozen=True, slots=True)
class Page:
    """A template with what it shows; ``leads_to`` is where its form may redirect in the end."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    leads_to: str | None = None


class Pages:
    """Renders pages."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, look: Look, page: Page) -> Response:
        """Make the response of a page."""
        nonce = secrets.token_urlsafe(12)
        texts = TEXTS[look.locale]
        html = self._templates.get_template(page.template).render(
            locale=look.locale, brand=look.brand, nonce=nonce, t=texts, ink_on=ink_on, **page.values
        )
        headers = {
            "Content-Security-Policy": _policy(nonce, look.brand, page.leads_to),
            "Cache-Control": "no-store",
            "Content-Language": look.locale,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        if self._secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return HTMLResponse(html, page.status, headers=headers)


def locale_for(request: Request, wanted: str | None = None) -> str:
    """Language to speak: what the client asked for, else what the browser prefers, else English."""
    accepted = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            accepted.append((-float(quality or 1), position, tag))
        except ValueError:
            continue
    tags = [*(wanted or "").split(), *(tag for _, _, tag in sorted(accepted))]
    languages = (tag.split("-")[0].lower() for tag in tags)
    return next((language for language in languages if language in TEXTS), "en")


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on ``colour`` (WCAG 2, relative luminance).

    Examples
    --------
    >>> ink_on("#1470B8"), ink_on("#F2C14E")
    ('#FFFFFF', '#000000')
    """
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#FFFFFF" if luminance < 0.179 else "#000000"


def _policy(nonce: str, brand: Brand, leads_to: str | None) -> str:
    images = ["'self'"]
    if brand.logo_url is not None:
        images.append(_origin(brand.logo_url))
    forms = ["'self'"]
    if leads_to is not None:
        forms.append(_origin(leads_to))
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {' '.join(images)}",
            f"form-action {' '.join(forms)}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _origin(uri: str) -> str:
    """Origin of a web address; of an app's address its scheme, which has none."""
    parts = urlsplit(uri)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
