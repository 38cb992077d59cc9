"""Metering: sites, the radio network, points and groups, hours in rows of a day, the journal.

The tables are in 0002_metering.sql beside this file. Tables that grow with time have a partition
for each month; :func:`ensure_month` makes one and puts it under row security, and the app may call
it, since only the owner can create tables.
"""

from pathlib import Path

from alembic import op

from backend.migrations import partitions
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
    op.execute(partitions.ensure_month(STORAGE))
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
