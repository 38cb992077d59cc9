"""Postal addresses of sites."""

from alembic import op

revision = "0211"
down_revision = "0210"
branch_labels = None
depends_on = None

COLUMNS = ("street_address", "postal_code", "locality", "country")


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE site ADD COLUMN {column} TEXT")


def downgrade() -> None:
    for column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE site DROP COLUMN {column}")
