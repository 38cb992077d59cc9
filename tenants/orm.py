"""The declarative base, and the mixin that makes a row belong to a tenant."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, Numeric, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from domain import identity


class Base(DeclarativeBase):
    """One metadata for the whole system; constraint names are predictable."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(),
        identity.PartnerId: Integer(),
        identity.TenantId: Integer(),
        identity.UserId: BigInteger(),
        identity.SiteId: BigInteger(),
        identity.PremiseId: BigInteger(),
        identity.MeteringPointId: BigInteger(),
        identity.MeterId: BigInteger(),
        identity.InstallationId: BigInteger(),
        identity.ConcentratorId: BigInteger(),
        identity.RadioModuleId: BigInteger(),
        identity.ChannelId: BigInteger(),
        identity.SeriesId: BigInteger(),
        identity.BalanceGroupId: BigInteger(),
    }


class TenantOwned:
    """A row of exactly one tenant; every key starts with it, and so does row security."""

    tenant_id: Mapped[identity.TenantId] = mapped_column(primary_key=True, sort_order=-1)
