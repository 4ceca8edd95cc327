"""What Alembic runs around the migrations: the connection and its transaction come from `record.database`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="iaas_schema_version")
context.run_migrations()
