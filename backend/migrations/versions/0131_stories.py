"""What a finding says as a code with values, told in the language of whoever reads."""

from alembic import op

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE finding ADD COLUMN story JSONB")


def downgrade() -> None:
    op.execute("ALTER TABLE finding DROP COLUMN story")
