"""The office of a partner: a tenant of its own, in which its administrators sit.

Partners that are there get one, and everybody who administers one of their tenants for them gets a
seat in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None

_OPEN = sa.text("""
INSERT INTO tenant (name, timezone, locale)
SELECT name, 'Europe/Chisinau', 'en' FROM partner WHERE id = :partner RETURNING id
""")
_SEATED = sa.text("""
SELECT DISTINCT user_id FROM membership
WHERE tenant_id = :tenant AND role = 'partner-admin' AND site_id IS NULL AND valid_to IS NULL
""")
_SEAT = sa.text("""
INSERT INTO membership (tenant_id, user_id, role) VALUES (:tenant, :user, 'partner-admin')
""")
_OFFICE = sa.text("UPDATE partner SET office_id = :office WHERE id = :partner")


def upgrade() -> None:
    op.execute("ALTER TABLE partner ADD COLUMN office_id integer")
    op.execute("ALTER TABLE partner ADD CONSTRAINT uq_partner_office_id UNIQUE (office_id)")
    op.execute(
        "ALTER TABLE partner ADD CONSTRAINT fk_partner_office_id"
        " FOREIGN KEY (office_id) REFERENCES tenant (id)"
    )
    found = op.get_bind()
    for (partner,) in found.execute(sa.text("SELECT id FROM partner ORDER BY id")).all():
        tenants = sa.text("SELECT id FROM tenant WHERE partner_id = :partner ORDER BY id")
        users: set[int] = set()
        for (tenant,) in found.execute(tenants, {"partner": partner}).all():
            _act_in(tenant)
            users |= {row[0] for row in found.execute(_SEATED, {"tenant": tenant})}
        office = found.execute(_OPEN, {"partner": partner}).scalar_one()
        found.execute(_OFFICE, {"office": office, "partner": partner})
        _act_in(office)
        for user in sorted(users):
            found.execute(_SEAT, {"tenant": office, "user": user})
    op.execute("RESET app.tenant_id")


def _act_in(tenant: int) -> None:
    """Row security binds the owner, too."""
    op.execute(f"SET LOCAL app.tenant_id = '{int(tenant)}'")


def downgrade() -> None:
    op.execute("ALTER TABLE partner DROP COLUMN office_id")
