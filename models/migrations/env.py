"""Runs the migrations on the connection that `models.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

import models  # noqa: F401  the tables register themselves
from models.migrate import as_plain_type, belongs_to_models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_object=belongs_to_models,
    render_item=as_plain_type,
    transaction_per_migration=False,
)
context.run_migrations()
