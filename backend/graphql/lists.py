"""Connections: lists in pages, with cursors that only we can read."""

import base64
import binascii
from typing import Annotated, Generic, TypeVar

import strawberry

from domain.errors import InvalidError

MOST = 100
"""Longest page; asking for more is an error, never a silent cut."""

MOST_SEARCH = 100
"""Longest text that is searched for; a longer one cannot be found anyway."""

T = TypeVar("T")

First = Annotated[int, strawberry.argument(description=f"Length of the page, 1 to {MOST}.")]
After = Annotated[
    str | None, strawberry.argument(description="Cursor after which the page starts.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo, forward only."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """One entry of a page."""

    node: T
    cursor: str


@strawberry.type
class Connection(Generic[T]):
    """One page of a list."""

    edges: list[Edge[T]]
    page_info: PageInfo


def page_length(first: int) -> int:
    """Check the length of a page.

    Raises
    ------
    InvalidError
        It is not within 1 to 100.
    """
    if not 1 <= first <= MOST:
        raise InvalidError(
            f"first must be 1 to {MOST}, not {first}", code="PAGE_TOO_LONG", field="first"
        )
    return first


def position(after: str | None) -> int:
    """Id behind a cursor; 0 before the first entry.

    Raises
    ------
    InvalidError
        The text is no cursor of ours.
    """
    if after is None:
        return 0
    try:
        number = int(base64.b64decode(after, validate=True).decode("ascii").removeprefix("after:"))
    except (binascii.Error, ValueError) as error:
        raise InvalidError(
            "after must be a cursor from pageInfo", code="BAD_CURSOR", field="after"
        ) from error
    if not 0 <= number < 2**63:
        raise InvalidError("after is out of range", code="BAD_CURSOR", field="after")
    return number


def cursor(number: int) -> str:
    """Cursor of an entry."""
    return base64.b64encode(f"after:{number}".encode()).decode()


def page(found: list[tuple[int, T]], first: int) -> Connection[T]:
    """Page out of one entry more than asked, each with its id."""
    shown = found[:first]
    return Connection(
        edges=[Edge(node=node, cursor=cursor(number)) for number, node in shown],
        page_info=PageInfo(
            has_next_page=len(found) > first,
            end_cursor=cursor(shown[-1][0]) if shown else None,
        ),
    )
