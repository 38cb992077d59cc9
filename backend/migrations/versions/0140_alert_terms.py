"""The terms of a tenant's alerts: how they end, cool down and escalate, and their usual limits."""

from alembic import op

from tenants import row_security

revision = "0140"
down_revision = "0132"
branch_labels = None
depends_on = None

CREATE = """
CREATE TABLE alert_terms (
    tenant_id INTEGER NOT NULL,
    hysteresis JSONB NOT NULL,
    cool_down_h JSONB NOT NULL,
    limits JSONB NOT NULL,
    escalates_after_h SMALLINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_alert_terms PRIMARY KEY (tenant_id),
    CONSTRAINT fk_alert_terms_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenant (id)
)
"""


def upgrade() -> None:
    op.execute(CREATE)
    for statement in row_security.protect("alert_terms"):
        op.execute(statement)
    op.execute(row_security.grant("alert_terms", "SELECT, INSERT, UPDATE"))


def downgrade() -> None:
    op.execute("DROP TABLE alert_terms")
