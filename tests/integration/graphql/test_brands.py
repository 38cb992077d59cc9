"""What a tenant's people see of it: its brand, and the tiles of its map."""

import pytest

from tenants.permissions import Role
from tests.integration.graphql.partner import (
    BRAND,
    Reseller,
    as_role,
    number,
    trail,
    two,
)

__all__ = ["two"]


@pytest.mark.parametrize(
    ("brand", "error"),
    [
        ({"colour": "red"}, ("INVALID_COLOUR", "colour")),
        ({"colourDark": "#12345"}, ("INVALID_COLOUR", "colourDark")),
        ({"logoUrl": "http://plain.example/x.png"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"logoUrl": "https://a.example/x.png; script-src *"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"logoUrl": "https://a.example\n/x.png"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"name": "a" * 201}, ("INVALID_NAME", "name")),
    ],
)
async def test_a_brand_that_cannot_be_shown_is_refused(
    two: tuple[Reseller, Reseller], brand: dict[str, str], error: tuple[str, str]
) -> None:
    first, _ = two
    known = await first.listed(s="Branded")
    if not known:
        await first.tenant("Branded")
    asked = '{ viewer { partner { tenants(search: "Branded") { edges { node { id } } } } } }'
    edges = (await first.ask(asked))["viewer"]["partner"]["tenants"]["edges"]
    told = {"tenant": edges[0]["node"]["id"], **brand}
    refused = (await first.ask(BRAND, input=told))["brandTenant"]
    assert refused["errors"] == [{"code": error[0], "field": error[1]}]


async def test_a_brand_shows_to_the_tenants_people(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    made = await first.tenant("Waterworks of the Valley")
    told = {
        "tenant": made["id"],
        "name": "Aqua",
        "colour": "#1470b8",
        "logoUrl": "https://cdn.example:8443/logo-1.png",
    }
    branded = (await first.ask(BRAND, input=told))["brandTenant"]
    assert branded["tenant"]["brand"] == {"name": "Aqua", "colour": "#1470B8"}
    asked = "{ viewer { tenant { name brand { name colour colourDark logoUrl } } } }"
    seen = await first.ask(asked, as_role(number(made), Role.OPERATOR))
    assert seen["viewer"]["tenant"]["brand"] == {
        "name": "Aqua",
        "colour": "#1470B8",
        "colourDark": None,
        "logoUrl": "https://cdn.example:8443/logo-1.png",
    }
    plain = (await first.ask(BRAND, input={"tenant": made["id"], "name": " "}))["brandTenant"]
    assert plain["tenant"]["brand"] == {"name": None, "colour": None}


TILES = """mutation T($url: String, $by: String) {
  setMapTiles(input: {url: $url, attribution: $by}) {
  mapTiles { url attribution } errors { code field } } }"""


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png?k={key}",
        "https://{z}.example/{x}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        "https://tiles.example/map.png",
    ],
)
async def test_tiles_that_cannot_be_fetched_are_refused(
    two: tuple[Reseller, Reseller], url: str
) -> None:
    first, _ = two
    admin = as_role(first.scope.tenant_id, Role.TENANT_ADMIN)
    refused = (await first.ask(TILES, admin, url=url))["setMapTiles"]
    assert refused == {"mapTiles": None, "errors": [{"code": "INVALID_TILES", "field": "url"}]}


async def test_an_administrator_sets_the_tiles_of_the_map(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    admin = as_role(number(await first.tenant("Mapped")), Role.TENANT_ADMIN)
    seen = "{ viewer { tenant { mapTiles { url attribution } } } }"
    assert (await first.ask(seen, admin))["viewer"]["tenant"]["mapTiles"] is None
    for url in ("https://a.example/{z}/{x}/{y}@2x.png?k=1", "https://a.example/city.pmtiles"):
        done = (await first.ask(TILES, admin, url=url, by="© Surveyors"))["setMapTiles"]
        assert done == {"mapTiles": {"url": url, "attribution": "© Surveyors"}, "errors": []}
    operator = as_role(admin.tenant_id, Role.OPERATOR)
    shown = (await first.ask(seen, operator))["viewer"]["tenant"]["mapTiles"]
    assert shown["url"] == "https://a.example/city.pmtiles"
    result = await first.result(TILES, operator, url=None)
    assert [one.original_error.code for one in result.errors] == ["FORBIDDEN"]
    assert (await first.ask(TILES, admin, url=None))["setMapTiles"]["mapTiles"] is None
    acts = [one.action for one in await trail(first.database, admin.tenant_id)]
    assert acts[-3:] == ["tenant.map"] * 3
