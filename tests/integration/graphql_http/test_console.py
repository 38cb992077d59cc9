"""The built console as the API serves it: files, types, the page of every address, its policy."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.responses import Response

from backend.app import create_app
from backend.master_key import load_master_key
from backend.settings import Settings
from domain.identity import Scope
from tenants.models import Tenant
from tenants.oauth.browser import Browser
from tenants.oauth.keys import derive
from tenants.session import Database
from tests.factories import make_tenant
from tests.live import live

PAGE = '<html><script src="/console/assets/a-1.js" nonce="__NONCE__"></script></html>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A console as its build leaves it."""
    directory = tmp_path / "dist"
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text(PAGE)
    (directory / "scheme.js").write_text("1;")
    (directory / "assets" / "a-1.js").write_text("2;")
    (directory / "assets" / "a-1.js.gz").write_bytes(gzip.compress(b"2;"))
    (directory / "assets" / "worker-1.mjs").write_text("3;")
    (tmp_path / "secret.js").write_text("not ours")
    return directory


@pytest_asyncio.fixture
async def client(settings: Settings, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"console_files": built}))
    async with live(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.mark.parametrize("path", ["/console/", "/console/meters/TWV0ZXI6MQ==", "/console/callback"])
async def test_every_address_is_the_page_with_a_nonce_of_its_own(
    client: httpx.AsyncClient, path: str
) -> None:
    nonces = set()
    for _ in range(2):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        found = re.search(r'nonce="([\w-]+)"', answer.text)
        assert found is not None
        policy = answer.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{found[1]}'" in policy
        assert "script-src 'self';" in policy
        nonces.add(found[1])
    assert len(nonces) == 2


async def test_its_page_may_ask_where_its_tenant_has_tiles_and_logo(
    settings: Settings, built: Path, database: Database, redis_url: str
) -> None:
    mine = await make_tenant(database, "With tiles")
    other = await make_tenant(database, "Without")
    async with database.global_session() as session:
        row = await session.get_one(Tenant, mine.tenant_id)
        row.map_tiles = "https://tiles.example:8443/{z}/{x}/{y}.png"
        row.brand_logo_url = "https://logo.example/a.png"
    app = create_app(settings.model_copy(update={"console_files": built}))
    key = derive(load_master_key(settings), "login session")
    browser = Browser(key, secure=False)
    async with live(app) as url, httpx.AsyncClient(base_url=url) as client:

        async def policy(cookie: str | None) -> str:
            cookies = {} if cookie is None else {"Cookie": f"{browser.tenant_cookie}={cookie}"}
            answer = await client.get("/console/", headers=cookies)
            return answer.headers["content-security-policy"]

        def signed(scope: Scope, by: Browser = browser) -> str:
            response = Response()
            by.keep_tenant(response, scope.tenant_id)
            return response.headers["set-cookie"].split(";")[0].split("=", 1)[1]

        allowed = await policy(signed(mine))
        assert "connect-src 'self' https://tiles.example:8443;" in allowed
        assert "https://logo.example https://tiles.example:8443;" in allowed
        assert "script-src 'self';" in allowed
        forged = signed(mine, Browser(bytes(32), secure=False))
        for cookie in (None, "nonsense", forged, signed(other)):
            refused = await policy(cookie)
            assert "connect-src 'self';" in refused
            assert "img-src 'self' data: blob:;" in refused


async def test_files_have_their_types_and_are_kept(client: httpx.AsyncClient) -> None:
    worker = await client.get("/console/assets/worker-1.mjs")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "immutable" in worker.headers["cache-control"]
    assert (await client.get("/console/scheme.js")).headers["cache-control"] == "no-cache"


async def test_what_was_compressed_goes_out_so_to_whoever_takes_it(
    client: httpx.AsyncClient,
) -> None:
    packed = await client.get("/console/assets/a-1.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == "2;"
    plain = await client.get("/console/assets/a-1.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == "2;"
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        "/console/assets/absent.js",
        "/console/assets/absent",
        "/console/index.html",
        "/console/..%2fsecret.js",
        "/console/assets/..%2f..%2fsecret.js",
    ],
)
async def test_what_is_no_file_of_it_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "not ours" not in answer.text


async def test_its_top_leads_to_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (308, "/console/")


async def test_before_it_is_built_it_says_how_and_the_rest_runs(
    settings: Settings, tmp_path: Path
) -> None:
    app = create_app(settings.model_copy(update={"console_files": tmp_path / "nothing"}))
    async with live(app) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/console/")
        assert answer.status_code == 503
        assert "make console" in answer.text
        assert (await client.get("/livez")).status_code == 200


async def test_it_may_ask_people_to_sign_in_at_every_installation(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    asked = {
        "response_type": "code",
        "client_id": "console",
        "redirect_uri": f"{settings.public_url}/console/callback",
        "scope": "openid read offline_access",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    assert (await client.get("/oauth/authorize", params=asked)).status_code == 200
    elsewhere = asked | {"redirect_uri": "https://elsewhere.example/console/callback"}
    assert (await client.get("/oauth/authorize", params=elsewhere)).status_code == 400
