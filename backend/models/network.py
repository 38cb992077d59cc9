"""The radio network: concentrators, their logical networks, radio modules and channels."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import (
    ChannelId,
    ConcentratorId,
    PremiseId,
    RadioModuleId,
    SeriesId,
    SiteId,
)
from tenants.orm import Base, TenantOwned


class Concentrator(TenantOwned, Base):
    """A head end (J100UC) that relays its radio modules to the gateway."""

    __tablename__ = "concentrator"
    __table_args__ = (
        UniqueConstraint("tenant_id", "serial"),
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
    )

    id: Mapped[ConcentratorId] = mapped_column(BigInteger, Identity(), primary_key=True)
    serial: Mapped[str]
    generation: Mapped[str]
    """Hardware generation; names the device limits that apply."""

    site_id: Mapped[SiteId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConcentratorLink(TenantOwned, Base):
    """The state of the talk with one concentrator; changes with every push.

    The row is locked for the length of a push, so what one device sends is journalled in the
    order in which it is acknowledged.
    """

    __tablename__ = "concentrator_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    concentrator_id: Mapped[ConcentratorId] = mapped_column(primary_key=True, autoincrement=False)
    highest_counter: Mapped[int] = mapped_column(BigInteger, server_default="-1")
    seen_counters: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The replay window: bit i stands for ``highest_counter - i``, as a signed number."""

    last_sequence: Mapped[int] = mapped_column(BigInteger, server_default="-1")
    floor_sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Below it every frame is a duplicate: its key may have been dropped with the journal."""

    last_received_at: Mapped[datetime | None]


class ConcentratorGaps(TenantOwned, Base):
    """What a concentrator is asked for again: spans of hours, the newest first.

    Found by the worker; told with every answer until the hours came or are too old.
    """

    __tablename__ = "concentrator_gaps"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    concentrator_id: Mapped[ConcentratorId] = mapped_column(primary_key=True, autoincrement=False)
    recent: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Of the days whose hours are still open."""

    older: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Of the month before them."""

    computed_at: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))
    older_computed_at: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))


class ClaimAttempt(TenantOwned, Base):
    """Somebody tried to claim a device by its code; too many within an hour are refused."""

    __tablename__ = "claim_attempt"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str]
    serial: Mapped[str]


class LogicalNetwork(TenantOwned, Base):
    """One of up to eight radio networks of a concentrator."""

    __tablename__ = "logical_network"
    __table_args__ = (
        UniqueConstraint("tenant_id", "concentrator_id", "number"),
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    concentrator_id: Mapped[ConcentratorId]
    number: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str | None]


class RadioModule(TenantOwned, Base):
    """A battery radio module (D100FC) with up to six pulse inputs."""

    __tablename__ = "radio_module"
    __table_args__ = (
        UniqueConstraint("tenant_id", "serial"),
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        Index("ix_radio_module_tenant_id_concentrator_id", "tenant_id", "concentrator_id"),
    )

    id: Mapped[RadioModuleId] = mapped_column(BigInteger, Identity(), primary_key=True)
    concentrator_id: Mapped[ConcentratorId]
    serial: Mapped[str]
    generation: Mapped[str]
    network: Mapped[int] = mapped_column(SmallInteger)


class Channel(TenantOwned, Base):
    """One pulse input as the concentrator addresses it; its counters are one series.

    A channel without an installation is in quarantine: what it counts is kept, and belongs to a
    meter from the moment one is placed on it.
    """

    __tablename__ = "channel"
    __table_args__ = (
        UniqueConstraint("tenant_id", "concentrator_id", "network", "address"),
        ForeignKeyConstraint(
            ["tenant_id", "concentrator_id"], ["concentrator.tenant_id", "concentrator.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "module_id"], ["radio_module.tenant_id", "radio_module.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "series_id"], ["series.tenant_id", "series.id"]),
        Index("ix_channel_tenant_id_module_id", "tenant_id", "module_id"),
        Index("ix_channel_tenant_id_series_id", "tenant_id", "series_id"),
    )

    id: Mapped[ChannelId] = mapped_column(BigInteger, Identity(), primary_key=True)
    concentrator_id: Mapped[ConcentratorId]
    network: Mapped[int] = mapped_column(SmallInteger)
    address: Mapped[int]
    module_id: Mapped[RadioModuleId | None]
    input: Mapped[int | None] = mapped_column(SmallInteger)
    series_id: Mapped[SeriesId]
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ChannelOffer(TenantOwned, Base):
    """A channel that is left to the household of a home, which connects its meter itself."""

    __tablename__ = "channel_offer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "channel_id"], ["channel.tenant_id", "channel.id"]),
        ForeignKeyConstraint(["tenant_id", "premise_id"], ["premise.tenant_id", "premise.id"]),
        Index("ix_channel_offer_tenant_id_premise_id", "tenant_id", "premise_id"),
    )

    channel_id: Mapped[ChannelId] = mapped_column(primary_key=True, autoincrement=False)
    premise_id: Mapped[PremiseId]
    commodity: Mapped[str]
    pulse_constant: Mapped[str]
    """As it stands on the meter: pulses a unit."""

    offered_at: Mapped[datetime] = mapped_column(server_default=func.now())
