"""Where the tiles of a tenant's map come from, and whom they are owed to."""

from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE tenant ADD COLUMN map_tiles text, ADD COLUMN map_attribution text")
    op.execute(
        "ALTER TABLE tenant ADD CONSTRAINT ck_tenant_map_tiles CHECK (map_tiles ~ '^https://')"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE tenant DROP COLUMN map_tiles, DROP COLUMN map_attribution")
