"""The shared fixtures give what they promise."""

import pytest

from models.database import Database
from models.schema_version import head, schema_of


async def test_a_store_of_each_kind_is_current(database: Database) -> None:
    assert await schema_of(database) == head()


async def test_what_runs_on_postgresql_is_marked(database: Database, request: pytest.FixtureRequest) -> None:
    is_marked = request.node.get_closest_marker("postgres") is not None
    assert is_marked == (database.dialect.name == "postgresql")


def test_who_names_a_fixture_of_postgresql_is_marked(own_postgres_url: str, request: pytest.FixtureRequest) -> None:
    assert own_postgres_url
    assert request.node.get_closest_marker("postgres") is not None
