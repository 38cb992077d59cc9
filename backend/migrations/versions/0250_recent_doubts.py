"""What validation flagged lately, among all that it ever did."""

from alembic import op

revision = "0250"
down_revision = "0220"
branch_labels = None
depends_on = None

INDEX = "ix_validation_finding_tenant_id_ended_at"


def upgrade() -> None:
    op.execute(f"CREATE INDEX {INDEX} ON validation_finding (tenant_id, ended_at)")


def downgrade() -> None:
    op.execute(f"DROP INDEX {INDEX}")
