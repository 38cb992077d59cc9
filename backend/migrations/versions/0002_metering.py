"""Metering: sites, the radio network, points and groups, hours in rows of a day, the journal.

The tables are in 0002_metering.sql beside this file. Tables that grow with time have a partition
for each month; :func:`ensure_month` makes one and puts it under row security, and the app may call
it, since only the owner can create tables.
"""

from pathlib import Path

from alembic import op

from tenants import row_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "site",
    "premise",
    "account",
    "resident",
    "concentrator",
    "concentrator_link",
    "logical_network",
    "radio_module",
    "channel",
    "metering_point",
    "meter",
    "installation",
    "sensor",
    "balance_group",
    "group_member",
    "group_due",
    "series",
    "frame_key",
    "idempotency_key",
)
APPEND_ONLY = ("revision",)
PARTITIONED = ("series_day", "group_day", "frame")

# Rows of series_day start with one hour and grow to 24, and each wave rewrites all rows of a page:
# with this much air every rewrite stays on its page and touches no index.
STORAGE = {"series_day": "fillfactor = 20", "group_day": "fillfactor = 40", "frame": ""}

ENSURE_MONTH = f"""
CREATE FUNCTION ensure_month(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', wanted)::date;
    parent text;
    part text;
    storage text;
BEGIN
    IF month < '2000-01-01' OR month > now() + interval '1 year' THEN
        RAISE EXCEPTION 'no partition for %', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR parent, storage IN
        VALUES {", ".join(f"('{name}', '{storage}')" for name, storage in STORAGE.items())}
    LOOP
        part := parent || to_char(month, '_YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) %s',
            part, parent, month, month + interval '1 month',
            CASE WHEN storage = '' THEN '' ELSE 'WITH (' || storage || ')' END);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (%s) WITH CHECK (%s)',
            part, $policy${row_security.TENANT_IS_MINE}$policy$,
            $policy${row_security.TENANT_IS_MINE}$policy$);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in (*TABLES, *APPEND_ONLY, *PARTITIONED):
        for statement in row_security.protect(table):
            op.execute(statement)
    for table in TABLES:
        op.execute(row_security.grant(table))
    for table in APPEND_ONLY:
        op.execute(row_security.grant(table, "SELECT, INSERT"))
    for table in PARTITIONED:
        op.execute(row_security.grant(table))
    # imports take ids in advance, so that rows can name one another before they are written
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO balance_app")
    op.execute(ENSURE_MONTH)
    op.execute("REVOKE ALL ON FUNCTION ensure_month FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ensure_month TO balance_app")
    op.execute(
        "SELECT ensure_month((now() + make_interval(months => shift))::date)"
        " FROM generate_series(-2, 2) AS shift"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION ensure_month")
    for table in (*TABLES, *APPEND_ONLY, *PARTITIONED):
        op.execute(f"DROP TABLE {table} CASCADE")
