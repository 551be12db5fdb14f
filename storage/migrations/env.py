"""Alembic's door: runs the revisions on the connection that `storage.migrate` hands over."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # storage.migrate holds the one transaction around everything
)
context.run_migrations()
