"""Risers and radiators of houses; what is no part of a balance stands aside of it.

Reactive energy was summed with active energy in groups until now: those groups are rolled up again.
"""

from alembic import op

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE metering_point ADD COLUMN riser TEXT",
    "ALTER TABLE premise ADD COLUMN heating TEXT, ADD COLUMN radiators JSONB",
    """
    ALTER TABLE premise ADD CONSTRAINT ck_premise_heating
    CHECK (heating IN ('house', 'own', 'waived'))
    """,
    """
    UPDATE group_member AS m SET role = 'aside' FROM metering_point AS p
    WHERE p.tenant_id = m.tenant_id AND p.id = m.point_id AND p.energy_kind <> 'active'
    """,
    """
    INSERT INTO group_due AS d (tenant_id, group_id, day, hours)
    SELECT DISTINCT g.tenant_id, g.group_id, g.day, 16777215 FROM group_day AS g
    WHERE EXISTS (SELECT FROM group_member AS m
                  WHERE m.tenant_id = g.tenant_id AND m.group_id = g.group_id AND m.role = 'aside')
    ON CONFLICT (tenant_id, group_id, day) DO UPDATE SET hours = 16777215, marks = d.marks + 1
    """,
    """
    INSERT INTO work_bell (tenant_id, kind, key, due_at)
    SELECT DISTINCT tenant_id, 'roll_up', 'migration 0120', now() FROM group_member
    WHERE role = 'aside' ON CONFLICT DO NOTHING
    """,
)

DOWN = (
    """
    UPDATE group_member AS m SET role = p.role FROM metering_point AS p
    WHERE p.tenant_id = m.tenant_id AND p.id = m.point_id AND m.role = 'aside'
    """,
    "ALTER TABLE premise DROP COLUMN heating, DROP COLUMN radiators",
    "ALTER TABLE metering_point DROP COLUMN riser",
)


TOUCHED = ("group_member", "metering_point", "group_day", "group_due")


def upgrade() -> None:
    for table in TOUCHED:  # the owner itself is under row security otherwise
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in UP:
        op.execute(statement)
    for table in TOUCHED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in TOUCHED[:2]:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in DOWN:
        op.execute(statement)
    for table in TOUCHED[:2]:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
