"""Comparisons that a house publishes, by an address that only who was told it knows."""

from alembic import op

from tenants import row_security

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None

CREATE = (
    """
    CREATE TABLE publication (
        tenant_id INTEGER NOT NULL,
        group_id BIGINT NOT NULL,
        word TEXT NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE NOT NULL,
        published_by TEXT NOT NULL,
        CONSTRAINT pk_publication PRIMARY KEY (tenant_id, group_id),
        CONSTRAINT uq_publication_tenant_id_word UNIQUE (tenant_id, word)
    )
    """,
    """
    ALTER TABLE publication ADD CONSTRAINT fk_publication_tenant_id_group_id
    FOREIGN KEY (tenant_id, group_id) REFERENCES balance_group (tenant_id, id)
    """,
)


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for statement in row_security.protect("publication"):
        op.execute(statement)
    op.execute(row_security.grant("publication"))


def downgrade() -> None:
    op.execute("DROP TABLE publication")
