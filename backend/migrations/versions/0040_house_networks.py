"""Conductors of houses, and who hangs where on them."""

from alembic import op

from tenants import row_security

revision = "0040"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = ("house_network", "network_section", "network_consumer")
CREATE = (
    """
    CREATE TABLE house_network (
        tenant_id INTEGER NOT NULL,
        group_id BIGINT NOT NULL,
        volts DOUBLE PRECISION NOT NULL,
        power_factor DOUBLE PRECISION NOT NULL,
        saved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        saved_by TEXT NOT NULL,
        CONSTRAINT pk_house_network PRIMARY KEY (tenant_id, group_id),
        CONSTRAINT ck_house_network_volts CHECK (volts > 0),
        CONSTRAINT ck_house_network_power_factor CHECK (power_factor > 0 AND power_factor <= 1)
    )
    """,
    """
    CREATE TABLE network_section (
        tenant_id INTEGER NOT NULL,
        group_id BIGINT NOT NULL,
        position SMALLINT NOT NULL,
        parent SMALLINT,
        name TEXT NOT NULL,
        length_m DOUBLE PRECISION NOT NULL,
        material TEXT NOT NULL,
        area_mm2 DOUBLE PRECISION NOT NULL,
        neutral_mm2 DOUBLE PRECISION NOT NULL,
        CONSTRAINT pk_network_section PRIMARY KEY (tenant_id, group_id, position),
        CONSTRAINT ck_network_section_parent CHECK (parent < position),
        CONSTRAINT ck_network_section_length_m CHECK (length_m > 0),
        CONSTRAINT ck_network_section_material CHECK (material IN ('copper', 'aluminium'))
    )
    """,
    """
    CREATE TABLE network_consumer (
        tenant_id INTEGER NOT NULL,
        group_id BIGINT NOT NULL,
        point_id BIGINT NOT NULL,
        section SMALLINT NOT NULL,
        movable BOOLEAN NOT NULL,
        CONSTRAINT pk_network_consumer PRIMARY KEY (tenant_id, group_id, point_id)
    )
    """,
    """
    ALTER TABLE house_network ADD CONSTRAINT fk_house_network_tenant_id_group_id
    FOREIGN KEY (tenant_id, group_id) REFERENCES balance_group (tenant_id, id)
    """,
    """
    ALTER TABLE network_section ADD CONSTRAINT fk_network_section_tenant_id_group_id
    FOREIGN KEY (tenant_id, group_id) REFERENCES house_network (tenant_id, group_id)
    ON DELETE CASCADE
    """,
    """
    ALTER TABLE network_consumer ADD CONSTRAINT fk_network_consumer_tenant_id_group_id_section
    FOREIGN KEY (tenant_id, group_id, section)
    REFERENCES network_section (tenant_id, group_id, position) ON DELETE CASCADE
    """,
    """
    ALTER TABLE network_consumer ADD CONSTRAINT fk_network_consumer_tenant_id_point_id
    FOREIGN KEY (tenant_id, point_id) REFERENCES metering_point (tenant_id, id)
    """,
    """
    CREATE INDEX ix_network_consumer_tenant_id_point_id ON network_consumer (tenant_id, point_id)
    """,
)


def upgrade() -> None:
    for statement in CREATE:
        op.execute(statement)
    for table in TABLES:
        for statement in row_security.protect(table):
            op.execute(statement)
        op.execute(row_security.grant(table))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
