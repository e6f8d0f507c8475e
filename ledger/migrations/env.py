"""Alembic's entry: migrate over the connection that run.py hands in."""

from __future__ import annotations

from alembic import context

from ledger.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,  # all or nothing, on SQLite too: we begin its transactions ourselves
)
with context.begin_transaction():
    context.run_migrations()
