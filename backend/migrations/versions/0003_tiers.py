"""Facts in three tiers: rows of an hour while days are open, of a day, and of a closed month."""

from alembic import op

from backend.migrations import partitions
from tenants import row_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("series_hour", "series_month", "series_tier")
PARTITIONED = ("series_day", "group_day", "series_month", "frame")

# Rows of series_day and series_month are written once, whole; those of group_day grow hour by hour.
STORAGE = {
    "series_day": "fillfactor = 90",
    "group_day": "fillfactor = 40",
    "series_month": "",
    "frame": "",
}

CREATE = (
    """
    CREATE TABLE series_hour (
        tenant_id INTEGER NOT NULL,
        block BIGINT NOT NULL,
        hour TIMESTAMP WITH TIME ZONE NOT NULL,
        known BYTEA NOT NULL,
        counters BYTEA NOT NULL,
        codes BYTEA,
        CONSTRAINT pk_series_hour PRIMARY KEY (tenant_id, block, hour)
    )
    """,
    # rows are short and read whole: they stay in the page, and as they are
    "ALTER TABLE series_hour ALTER COLUMN known SET STORAGE PLAIN",
    "ALTER TABLE series_hour ALTER COLUMN counters SET STORAGE PLAIN",
    "ALTER TABLE series_hour ALTER COLUMN codes SET STORAGE PLAIN",
    """
    CREATE TABLE series_month (
        tenant_id INTEGER NOT NULL,
        series_id BIGINT NOT NULL,
        month DATE NOT NULL,
        first_counter INTEGER NOT NULL,
        increments BYTEA NOT NULL,
        known BYTEA,
        codes BYTEA,
        CONSTRAINT pk_series_month PRIMARY KEY (tenant_id, series_id, month)
    ) PARTITION BY RANGE (month)
    """,
    """
    CREATE TABLE series_tier (
        tenant_id INTEGER NOT NULL,
        open_from DATE NOT NULL,
        open_next DATE NOT NULL,
        open_done BIGINT NOT NULL,
        days_from DATE NOT NULL,
        days_next DATE NOT NULL,
        days_done BIGINT NOT NULL,
        CONSTRAINT pk_series_tier PRIMARY KEY (tenant_id)
    )
    """,
)

# What was folded before lies in series_day, up to today; the days after this one are open.
ADOPT = """
INSERT INTO series_tier
SELECT DISTINCT tenant_id, today + 1, today + 1, 0, date '2000-01-01', date '2000-01-01', 0
FROM series, (SELECT (now() AT TIME ZONE 'UTC')::date AS today) AS t
"""

MONTHS = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'series_day'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', part);
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
    op.execute("ALTER TABLE series NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE series_tier NO FORCE ROW LEVEL SECURITY")
    op.execute(ADOPT)
    op.execute("ALTER TABLE series FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE series_tier FORCE ROW LEVEL SECURITY")
    op.execute(partitions.ensure_month(STORAGE))
    op.execute(MONTHS)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")
