"""Find what a sign-in gave before, so that the trail tells of it once."""

from alembic import op

revision = "0210"
down_revision = "0191"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_authorization_code_sign_in"
        " ON authorization_code (tenant_id, user_id, authenticated_at)"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_authorization_code_sign_in")
