"""When a rule was last set: a limit says nothing of what was over by then."""

from alembic import op

revision = "0190"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE alert_rule ADD COLUMN set_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()"
    )
    op.execute("UPDATE alert_rule SET set_at = changed_at")


def downgrade() -> None:
    op.execute("ALTER TABLE alert_rule DROP COLUMN set_at")
