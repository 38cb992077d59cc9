"""What each concentrator is asked for again."""

from alembic import op

from tenants import row_security

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CREATE = (
    """
    CREATE TABLE concentrator_gaps (
        tenant_id INTEGER NOT NULL,
        concentrator_id BIGINT NOT NULL,
        recent JSONB DEFAULT '[]' NOT NULL,
        older JSONB DEFAULT '[]' NOT NULL,
        computed_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL,
        older_computed_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL,
        CONSTRAINT pk_concentrator_gaps PRIMARY KEY (tenant_id, concentrator_id)
    ) WITH (fillfactor = 50)
    """,
    """
    ALTER TABLE concentrator_gaps ADD CONSTRAINT fk_concentrator_gaps_tenant_id_concentrator_id
    FOREIGN KEY (tenant_id, concentrator_id) REFERENCES concentrator (tenant_id, id)
    """,
)


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for statement in row_security.protect("concentrator_gaps"):
        op.execute(statement)
    op.execute(row_security.grant("concentrator_gaps"))


def downgrade() -> None:
    op.execute("DROP TABLE concentrator_gaps")
