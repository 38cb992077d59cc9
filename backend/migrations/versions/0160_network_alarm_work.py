"""Somebody looks after a silent device, and writes down what is known of it."""

from alembic import op

revision = "0160"
down_revision = "0141"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE network_alarm
            ADD COLUMN acknowledged_at TIMESTAMPTZ,
            ADD COLUMN acknowledged_by BIGINT,
            ADD COLUMN assignee_id BIGINT,
            ADD COLUMN note TEXT,
            ADD CONSTRAINT fk_network_alarm_acknowledged_by
                FOREIGN KEY (acknowledged_by) REFERENCES user_account (id),
            ADD CONSTRAINT fk_network_alarm_assignee_id
                FOREIGN KEY (assignee_id) REFERENCES user_account (id)
        """
    )


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE network_alarm
            DROP COLUMN note, DROP COLUMN assignee_id,
            DROP COLUMN acknowledged_by, DROP COLUMN acknowledged_at
        """
    )
