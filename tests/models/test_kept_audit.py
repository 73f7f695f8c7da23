"""What was audited stays, and is about the ids of today."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.migrate import migrate
from models.tenancy import role_of
from resolvers.operation.ids import global_id
from tests.conftest import KEY_OF_IDS
from tests.models.test_migrations import all_rows, at, put_in

pytestmark = pytest.mark.own_store

BEFORE = "0008"
OF_BEFORE = "UPDATE audit_entry SET subject = 'Q3VzdG9tZXI6Nw' WHERE id = (SELECT max(id) FROM audit_entry)"
SUBJECTS = "SELECT subject FROM audit_entry ORDER BY id"
RIGHTS = """SELECT has_table_privilege('{role}', 'audit_entry', name)
    FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS of(name, place) ORDER BY place"""


async def test_what_was_audited_is_about_the_ids_of_today(database: Database) -> None:
    # Takes seconds: the store goes down to its first schema and up again.
    await at(database, "0001")
    await put_in(database, "0001")
    await at(database, BEFORE)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE installation SET digest_key = :key"), {"key": KEY_OF_IDS})
        await connection.execute(text(OF_BEFORE))
    assert await all_rows(database, SUBJECTS) == [(None,), ("Q3VzdG9tZXI6Nw",)]

    await migrate(database)
    assert await all_rows(database, SUBJECTS) == [(None,), (global_id("Customer", 7),)]
    await at(database, BEFORE)
    assert await all_rows(database, SUBJECTS) == [(None,), ("Q3VzdG9tZXI6Nw",)]


async def test_the_role_adds_to_the_audit_and_to_the_ledger_and_changes_nothing_of_them(postgres_url: str) -> None:
    database = Database(postgres_url)
    for statement in (
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET actor = 'nobody'",
        "TRUNCATE audit_entry",
        "DELETE FROM loyalty_entry",
        "UPDATE loyalty_entry SET points = 1",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(1) as connection:
                await connection.execute(text(statement))
    await database.close()


async def test_a_role_that_could_change_the_audit_cannot_any_more(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.reading() as connection:
        rights = RIGHTS.format(role=await connection.run_sync(role_of))
    await at(database, BEFORE)
    assert await all_rows(database, rights) == [(True,), (True,), (True,), (True,)]

    await migrate(database)
    assert await all_rows(database, rights) == [(True,), (True,), (False,), (False,)]
    await database.close()
