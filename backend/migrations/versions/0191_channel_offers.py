"""Channels that are left to a household, which connects its meter itself."""

from alembic import op

from tenants import row_security

revision = "0191"
down_revision = "0190"
branch_labels = None
depends_on = None

CREATE = """
    CREATE TABLE channel_offer (
        tenant_id INTEGER NOT NULL,
        channel_id BIGINT NOT NULL,
        premise_id BIGINT NOT NULL,
        commodity TEXT NOT NULL,
        pulse_constant TEXT NOT NULL,
        offered_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_channel_offer PRIMARY KEY (tenant_id, channel_id),
        CONSTRAINT fk_channel_offer_channel
            FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
        CONSTRAINT fk_channel_offer_premise
            FOREIGN KEY (tenant_id, premise_id) REFERENCES premise (tenant_id, id)
    )
"""
INDEX = """
    CREATE INDEX ix_channel_offer_tenant_id_premise_id ON channel_offer (tenant_id, premise_id)
"""


def upgrade() -> None:
    op.execute(CREATE)
    op.execute(INDEX)
    for statement in row_security.protect("channel_offer"):
        op.execute(statement)
    op.execute(row_security.grant("channel_offer"))


def downgrade() -> None:
    op.execute("DROP TABLE channel_offer")
