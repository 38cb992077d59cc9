"""What the schema should look like: the metadata of every model there is."""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, text

import backend.models
import tenants.models
from tenants.orm import Base

for package in (tenants.models, backend.models):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(found.name)

metadata = Base.metadata


def comparable(connection: Connection) -> Callable[[Any, str | None, str, bool, Any], bool]:
    """Filter for alembic's comparison: partitions are made over time, no model names them."""
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))

    def belongs(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: ANN401, FBT001 - alembic's signature
        return kind != "table" or name not in partitions

    return belongs
