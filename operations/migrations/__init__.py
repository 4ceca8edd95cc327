"""Alembic's scripts. They run at start, under a lock, in the connection that `record.database` hands them."""
