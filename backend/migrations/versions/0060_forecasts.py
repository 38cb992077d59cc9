"""Models that forecast days, and their scores."""

from alembic import op

from tenants import row_security

revision = "0060"
down_revision = "0051"
branch_labels = None
depends_on = None

CREATE = """
    CREATE TABLE forecast_model (
        tenant_id INTEGER NOT NULL,
        commodity TEXT NOT NULL,
        day DATE NOT NULL,
        content BYTEA,
        sample INTEGER NOT NULL,
        weather BOOLEAN NOT NULL,
        fitted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        hours INTEGER,
        wape DOUBLE PRECISION,
        wape_lag24 DOUBLE PRECISION,
        covered DOUBLE PRECISION,
        CONSTRAINT pk_forecast_model PRIMARY KEY (tenant_id, commodity, day)
    )
"""


def upgrade() -> None:
    op.execute(CREATE)
    for statement in row_security.protect("forecast_model"):
        op.execute(statement)
    op.execute(row_security.grant("forecast_model"))


def downgrade() -> None:
    op.execute("DROP TABLE forecast_model")
