"""What devices report besides counters: topology, events, states of inputs, temperatures, spots."""

from alembic import op

from backend.migrations import partitions
from tenants import row_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("topology_day", "status_period", "event", "spot_reading", "temperature_day")

STORAGE = {
    "series_day": "fillfactor = 90",
    "group_day": "fillfactor = 40",
    "temperature_day": "fillfactor = 60",
    "series_month": "",
    "frame": "",
}

HOURS = ", ".join(f"h{hour:02} SMALLINT" for hour in range(24))

CREATE = (
    """
    CREATE TABLE topology_day (
        tenant_id INTEGER NOT NULL,
        concentrator_id BIGINT NOT NULL,
        day DATE NOT NULL,
        module TEXT NOT NULL,
        network SMALLINT NOT NULL,
        parent TEXT,
        level SMALLINT NOT NULL,
        rssi SMALLINT,
        relayed INTEGER,
        battery_mv INTEGER,
        firmware TEXT,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_topology_day PRIMARY KEY (tenant_id, concentrator_id, day, module)
    )
    """,
    """
    CREATE TABLE status_period (
        tenant_id INTEGER NOT NULL,
        series_id BIGINT NOT NULL,
        bit SMALLINT NOT NULL,
        began_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_status_period PRIMARY KEY (tenant_id, series_id, bit, began_at)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE event (
        tenant_id INTEGER NOT NULL,
        series_id BIGINT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        kind TEXT NOT NULL,
        value DOUBLE PRECISION,
        CONSTRAINT pk_event PRIMARY KEY (tenant_id, series_id, at, kind)
    )
    """,
    """
    CREATE TABLE spot_reading (
        tenant_id INTEGER NOT NULL,
        series_id BIGINT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        counter BIGINT NOT NULL,
        CONSTRAINT pk_spot_reading PRIMARY KEY (tenant_id, series_id, at)
    )
    """,
    f"""
    CREATE TABLE temperature_day (
        tenant_id INTEGER NOT NULL,
        series_id BIGINT NOT NULL,
        day DATE NOT NULL,
        {HOURS},
        CONSTRAINT pk_temperature_day PRIMARY KEY (tenant_id, series_id, day)
    ) PARTITION BY RANGE (day)
    """,
    """
    ALTER TABLE topology_day ADD CONSTRAINT fk_topology_day_tenant_id_concentrator_id
    FOREIGN KEY (tenant_id, concentrator_id) REFERENCES concentrator (tenant_id, id)
    """,
)

MONTHS = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'series_day'::regclass LOOP
        PERFORM ensure_month(to_date(right(part::text, 7), 'YYYY_MM'));
    END LOOP;
END $$
"""


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for table in TABLES:
        for statement in row_security.protect(table):
            op.execute(statement)
        op.execute(row_security.grant(table))
    op.execute(partitions.ensure_month(STORAGE))
    op.execute(MONTHS)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")
