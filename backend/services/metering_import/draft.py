"""The draft of an import: the file's rows, what is known, what will be new, what is refused."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.services.model.metering_rows import MeteringRow
from backend.store.model.metering import Metering, Row
from domain.errors import RowError, RowsError
from tenants.session import TenantSession

FOREVER = datetime.max.replace(tzinfo=UTC)
"""End of what still stands."""


@dataclass(slots=True)
class New:
    """Rows to be inserted, by table."""

    site: list[Row] = field(default_factory=list)
    premise: list[Row] = field(default_factory=list)
    concentrator: list[Row] = field(default_factory=list)
    concentrator_link: list[Row] = field(default_factory=list)
    logical_network: list[Row] = field(default_factory=list)
    radio_module: list[Row] = field(default_factory=list)
    series: list[Row] = field(default_factory=list)
    channel: list[Row] = field(default_factory=list)
    meter: list[Row] = field(default_factory=list)
    metering_point: list[Row] = field(default_factory=list)
    installation: list[Row] = field(default_factory=list)
    balance_group: list[Row] = field(default_factory=list)
    group_member: list[Row] = field(default_factory=list)


class Draft:
    """One import while it is being decided; nothing is written before all of it is."""

    def __init__(self, session: TenantSession, rows: list[MeteringRow]) -> None:
        self.session = session
        self.rows = sorted(rows, key=lambda row: (row.terms.installed_at, row.line))
        self.known = Metering(session)
        self.new = New()
        self._errors: list[RowError] = []

    def refuse(self, row: MeteringRow, name: str, value: object, code: str, why: str) -> None:
        """Refuse one cell; others are still looked at, so that all bad ones are told at once."""
        self._errors.append(RowError(row.line, name, str(value), code, why))

    def stop_if_refused(self) -> None:
        """End here if any cell was refused.

        Raises
        ------
        RowsError
            Some were.
        """
        if self._errors:
            raise RowsError(sorted(self._errors, key=lambda error: error.line))
