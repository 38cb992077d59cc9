"""Models that forecast days: one a night for each commodity of a tenant, and how good it was."""

from datetime import date, datetime

from sqlalchemy import Double, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, TenantOwned


class ForecastModel(TenantOwned, Base):
    """What was learnt at a local midnight from a sample of a tenant's meters.

    It is small and common to all: the forecast of any meter or group follows from it and the four
    weeks before, so nothing is kept of each of them.
    """

    __tablename__ = "forecast_model"

    commodity: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The day that it forecasts."""

    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Arrays of the model; dropped when it is too old to be asked, the scores stay."""

    sample: Mapped[int]
    """Meters it was learnt from."""

    weather: Mapped[bool]
    fitted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    hours: Mapped[int | None]
    """Hours of the sample that came since, by which it was scored."""

    wape: Mapped[float | None] = mapped_column(Double)
    wape_lag24: Mapped[float | None] = mapped_column(Double)
    covered: Mapped[float | None] = mapped_column(Double)
