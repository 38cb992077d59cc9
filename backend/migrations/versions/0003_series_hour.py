"""Facts of open days in rows of an hour: what a wave writes is appended, never rewritten."""

from alembic import op

from tenants import row_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("series_hour", "series_tier")


def upgrade() -> None:
    op.execute(
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
        """
    )
    # rows are short and read whole: they stay in the page, and as they are
    op.execute("ALTER TABLE series_hour ALTER COLUMN known SET STORAGE PLAIN")
    op.execute("ALTER TABLE series_hour ALTER COLUMN counters SET STORAGE PLAIN")
    op.execute("ALTER TABLE series_hour ALTER COLUMN codes SET STORAGE PLAIN")
    op.execute(
        """
        CREATE TABLE series_tier (
            tenant_id INTEGER NOT NULL,
            open_from DATE NOT NULL,
            CONSTRAINT pk_series_tier PRIMARY KEY (tenant_id)
        )
        """
    )
    for table in TABLES:
        for statement in row_security.protect(table):
            op.execute(statement)
        op.execute(row_security.grant(table))
    # what was folded before lies in series_day, up to today; the days after this one are open
    op.execute("ALTER TABLE series NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO series_tier (tenant_id, open_from)"
        " SELECT DISTINCT tenant_id, (now() AT TIME ZONE 'UTC')::date + 1 FROM series"
    )
    op.execute("ALTER TABLE series FORCE ROW LEVEL SECURITY")
    # the rows of a day are written once, whole; months made from now on are packed densely
    op.execute(
        """
        DO $$
        DECLARE body text := pg_get_functiondef('ensure_month(date)'::regprocedure);
        BEGIN
            EXECUTE replace(body, 'fillfactor = 20', 'fillfactor = 90');
        END $$
        """
    )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
