"""Commands to devices: orders, their transitions and approvals, policy, breaker, kill switches.

The tables are in 0004_commands.sql beside this file.
"""

from pathlib import Path

from alembic import op

from tenants import row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("actuator", "command", "control_policy", "breaker")
APPEND_ONLY = ("command_event", "command_approval")
GLOBAL = ("downlink_bell", "control_stop")


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in (*TABLES, *APPEND_ONLY):
        for statement in row_security.protect(table):
            op.execute(statement)
    for table in TABLES:
        op.execute(row_security.grant(table))
    for table in APPEND_ONLY:
        op.execute(row_security.grant(table, "SELECT, INSERT"))
    op.execute(row_security.grant("downlink_bell"))
    op.execute(row_security.grant("control_stop", "SELECT, INSERT, UPDATE"))
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO balance_app")


def downgrade() -> None:
    for table in (*GLOBAL, *reversed(TABLES), *APPEND_ONLY):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP SEQUENCE command_order_seq")
