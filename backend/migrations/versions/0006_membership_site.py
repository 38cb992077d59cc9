"""A membership on one site names a site that there is, of its own tenant."""

from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE membership ADD CONSTRAINT fk_membership_tenant_id_site_id"
        " FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE membership DROP CONSTRAINT fk_membership_tenant_id_site_id")
