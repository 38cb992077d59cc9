"""Whatever is sent to the endpoints, the answer is a refusal and never a failure of ours."""

import string
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.oauth.throttle import Throttle
from tests.integration.tenants.conftest import CALLBACK, Visitor, World

FIELDS = (
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "decision",
    "form_token",
    "grant_type",
    "login",
    "login_hint",
    "max_age",
    "nonce",
    "password",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "response_type",
    "scope",
    "seat",
    "state",
    "step",
    "token",
    "token_type_hint",
    "ui_locales",
)
WORDS = (
    "console",
    "c1_" + "x" * 22,
    "a1_" + "x" * 43,
    "r1_" + "x" * 43,
    "c2147483648_" + "x" * 22,
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "code",
    "S256",
    "x" * 43,
    "openid read",
    "none login consent",
    CALLBACK,
    "http://[",
    "a.b.c",
    "1:operator:all",
    "login",
    "99999999999999999999",
)
values = st.sampled_from(WORDS) | st.text(max_size=40) | st.text(string.printable, max_size=40)
fields = st.dictionaries(st.sampled_from(FIELDS), values)
paths = st.sampled_from(
    ["/oauth/authorize", "/oauth/token", "/oauth/revoke", "/oauth/introspect", "/logout"]
)
headers = st.dictionaries(
    st.sampled_from(["Authorization", "Cookie", "Content-Type", "Accept-Language"]),
    st.sampled_from(
        [
            "Basic",
            "Basic ====",
            "Basic /////w==",
            "Basic YTpi",
            "Bearer x",
            "balance-login=a.b.c",
            "balance-login=eyJhbGciOiJub25lIn0.e30.",
            "application/json",
            "ru;q=x, en;q=9e999",
            "é",
        ]
    ).map(lambda text: text.encode("utf-8")),
)
QUIET = settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unlimited(world: World) -> Visitor:
    """A visitor whose failures nobody has counted yet, so that no limit hides the rest."""
    return Visitor(replace(world.service, throttle=Throttle(None)))


@QUIET
@given(path=paths, query=fields, sent=headers)
async def test_no_link_breaks_the_server(
    world: World, path: str, query: dict[str, str], sent: dict[str, bytes]
) -> None:
    async with unlimited(world) as visitor:
        answer = await visitor.get(path, params=query, headers=sent)
    assert answer.status_code < 500
    location = answer.headers.get("location", CALLBACK)
    assert location.startswith((CALLBACK, "/oauth/"))


@QUIET
@given(path=paths, query=fields, form=fields, sent=headers)
async def test_no_form_breaks_the_server(
    world: World, path: str, query: dict[str, str], form: dict[str, str], sent: dict[str, bytes]
) -> None:
    async with unlimited(world) as visitor:
        answer = await visitor.post(path, params=query, data=form, headers=sent)
    assert answer.status_code < 500
    location = answer.headers.get("location", CALLBACK)
    assert location.startswith((CALLBACK, "/oauth/"))


@QUIET
@given(body=st.binary(max_size=200))
async def test_no_bytes_break_the_token_endpoint(world: World, body: bytes) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with unlimited(world) as visitor:
        answer = await visitor.post("/oauth/token", content=body, headers=form)
    assert answer.status_code in {400, 401}
