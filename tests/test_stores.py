"""The shared fixtures give what they promise."""

from models.database import Database
from models.schema_version import head, schema_of


async def test_a_store_of_each_kind_is_current(database: Database) -> None:
    assert await schema_of(database) == head()
