"""What alembic runs for every command: over the connection that the caller opened."""

from alembic import context
from sqlalchemy import text

from backend.migrations.metadata import comparable, metadata

connection = context.config.attributes["connection"]
if connection is None:
    raise RuntimeError("migrations run by `balance migrate`, which opens the connection")

context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=comparable(connection),
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
# The product asks which revision it runs on (/readyz, doctor), and works as the app role.
if connection.dialect.has_table(connection, "alembic_version"):
    connection.execute(text("GRANT SELECT ON alembic_version TO balance_app"))
    connection.commit()
