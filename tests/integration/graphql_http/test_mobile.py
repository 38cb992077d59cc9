"""The residents' app as the API serves it: kept files, one page, sign-in here and on devices."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from backend.app import create_app
from backend.settings import Settings
from tests.live import live

PAGE = '<html><style nonce="__NONCE__"></style><style id="x" nonce="__NONCE__"></style></html>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """An app as its build leaves it."""
    directory = tmp_path / "dist"
    script = directory / "_expo" / "static" / "js" / "web" / "entry-1.js"
    script.parent.mkdir(parents=True)
    script.write_text("1;")
    (directory / "index.html").write_text(PAGE)
    (directory / "manifest.webmanifest").write_text("{}")
    (directory / "sw.js").write_text("1;")
    return directory


@pytest_asyncio.fixture
async def client(settings: Settings, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"mobile_files": built}))
    async with live(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.mark.parametrize("path", ["/app/", "/app/invite/K7PM-2QXD", "/app/callback"])
async def test_every_address_is_the_page_and_all_its_styles_have_the_nonce(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    (nonce,) = set(re.findall(r'nonce="([\w-]+)"', answer.text))
    assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
    assert "__NONCE__" not in answer.text


async def test_its_scripts_are_kept_and_its_manifest_has_its_type(
    client: httpx.AsyncClient,
) -> None:
    script = await client.get("/app/_expo/static/js/web/entry-1.js")
    assert "immutable" in script.headers["cache-control"]
    manifest = await client.get("/app/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert (await client.get("/app/_expo/absent.js")).status_code == 404


async def test_its_worker_is_asked_for_anew_and_reaches_its_server_alone(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/app/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert (await client.get("/app/")).headers["cache-control"] == "no-store"


async def test_its_top_leads_to_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/app")
    assert (answer.status_code, answer.headers["location"]) == (308, "/app/")


async def test_before_it_is_built_it_says_how(settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings.model_copy(update={"mobile_files": tmp_path / "nothing"}))
    async with live(app) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/app/")
        assert answer.status_code == 503
        assert "make app" in answer.text


async def test_people_sign_in_from_the_browser_and_from_a_device(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    asked = {
        "response_type": "code",
        "client_id": "app",
        "scope": "openid read offline_access",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    for address in (f"{settings.public_url}/app/callback", "balance://callback"):
        answer = await client.get("/oauth/authorize", params=asked | {"redirect_uri": address})
        assert answer.status_code == 200
    elsewhere = asked | {"redirect_uri": "balance://elsewhere"}
    assert (await client.get("/oauth/authorize", params=elsewhere)).status_code == 400
