"""An index of rules about all that somebody has: a fold asks for few kinds of many."""

from alembic import op

revision = "0110"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_alert_rule_wide ON alert_rule (tenant_id, kind, user_id)"
        " WHERE point_id IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_alert_rule_wide")
