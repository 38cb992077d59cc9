"""Somebody looked at what validation flagged, and found the reading right."""

from alembic import op

revision = "0260"
down_revision = "0250"
branch_labels = None
depends_on = None

COLUMNS = "reviewed_at", "reviewer", "review_note"


def upgrade() -> None:
    op.execute("""
    ALTER TABLE validation_finding
        ADD reviewed_at timestamptz, ADD reviewer text, ADD review_note text,
        ADD CONSTRAINT ck_validation_finding_review
            CHECK ((reviewed_at IS NULL) = (reviewer IS NULL)
                   AND (review_note IS NULL OR reviewed_at IS NOT NULL))
    """)


def downgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE validation_finding DROP {column}")
