"""Where meters are: the site tree, and the premises in its houses."""

from decimal import Decimal

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from domain.identity import PremiseId, SiteId
from tenants.models.parties import Membership
from tenants.orm import Base, TenantOwned


class Ltree(UserDefinedType[str]):
    """PostgreSQL's label tree; our labels are ids, never names."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name of the type in SQL."""
        return "ltree"


ischema_names["ltree"] = Ltree  # so that reflection knows the type, too


class Site(TenantOwned, Base):
    """A node of the site tree: region, city, district, street, house or entrance."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name_path"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["site.tenant_id", "site.id"]),
        Index("ix_site_tenant_id_parent_id", "tenant_id", "parent_id"),
        Index("ix_site_path", "path", postgresql_using="gist"),
    )

    id: Mapped[SiteId] = mapped_column(BigInteger, Identity(), primary_key=True)
    parent_id: Mapped[SiteId | None]
    kind: Mapped[str]
    name: Mapped[str]
    name_path: Mapped[str]
    """Names from the root, separated by ``/``: how people and files name the site."""

    path: Mapped[str] = mapped_column(Ltree)
    """Ids from the root to this site."""

    timezone: Mapped[str]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    street_address: Mapped[str | None]
    """Street and house number; like the parts below, its own and not those of the sites above."""

    postal_code: Mapped[str | None]
    locality: Mapped[str | None]
    country: Mapped[str | None]


# Sites are not known where memberships are declared, so the key is added here.
Base.metadata.tables[Membership.__tablename__].append_constraint(
    ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"])
)


class Premise(TenantOwned, Base):
    """A flat or a shop."""

    __tablename__ = "premise"
    __table_args__ = (
        UniqueConstraint("tenant_id", "site_id", "name"),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
    )

    id: Mapped[PremiseId] = mapped_column(BigInteger, Identity(), primary_key=True)
    site_id: Mapped[SiteId]
    name: Mapped[str]
    area_m2: Mapped[Decimal | None]
    persons: Mapped[int | None]
    rooms: Mapped[int | None]
    heating: Mapped[str | None]
    """A word of :class:`domain.quantities.Heating`; none is the house's heat."""

    radiators: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    """How many radiators hang on each riser."""

    norm_kwh_month: Mapped[Decimal | None]
    """Electricity that the local norm grants the premise in a month."""

    norm_m3_month: Mapped[Decimal | None]
    """Cold water that the local norm grants the premise in a month."""
