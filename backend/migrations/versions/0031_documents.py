"""Documents that were issued."""

from alembic import op

from tenants import row_security

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

CREATE = (
    """
    CREATE TABLE issued_document (
        tenant_id INTEGER NOT NULL,
        hash TEXT NOT NULL,
        kind TEXT NOT NULL,
        site_id BIGINT NOT NULL,
        content TEXT NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        issued_by TEXT NOT NULL,
        CONSTRAINT pk_issued_document PRIMARY KEY (tenant_id, hash)
    )
    """,
    """
    ALTER TABLE issued_document ADD CONSTRAINT fk_issued_document_tenant_id_site_id
    FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id)
    """,
)


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for statement in row_security.protect("issued_document"):
        op.execute(statement)
    op.execute(row_security.grant("issued_document", "SELECT, INSERT"))


def downgrade() -> None:
    op.execute("DROP TABLE issued_document")
