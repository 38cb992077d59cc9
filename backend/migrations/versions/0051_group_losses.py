"""What the conductors of a group lose, as its own history tells."""

from alembic import op

from tenants import row_security

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

CREATE = (
    """
    CREATE TABLE group_loss (
        tenant_id INTEGER NOT NULL,
        group_id BIGINT NOT NULL,
        linear DOUBLE PRECISION NOT NULL,
        square DOUBLE PRECISION NOT NULL,
        until_hour INTEGER NOT NULL,
        CONSTRAINT pk_group_loss PRIMARY KEY (tenant_id, group_id),
        CONSTRAINT ck_group_loss_coefficients CHECK (linear >= 0 AND square >= 0)
    )
    """,
    """
    ALTER TABLE group_loss ADD CONSTRAINT fk_group_loss_tenant_id_group_id
    FOREIGN KEY (tenant_id, group_id) REFERENCES balance_group (tenant_id, id) ON DELETE CASCADE
    """,
)


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for statement in row_security.protect("group_loss"):
        op.execute(statement)
    op.execute(row_security.grant("group_loss"))


def downgrade() -> None:
    op.execute("DROP TABLE group_loss")
