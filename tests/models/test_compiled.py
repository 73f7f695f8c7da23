"""Statements as drivers take them: every value has its place, also the members of a list."""

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine.interfaces import Dialect

from models.compiled import compiled
from models.jobs import jobs_going

STORES = {
    "sqlite": (sqlite.dialect(paramstyle="qmark"), "status IN (?, ?)"),
    "postgres": (asyncpg.dialect(), "status IN ($3, $4)"),
}


@pytest.mark.parametrize(("dialect", "text"), STORES.values(), ids=STORES)
def test_each_member_of_a_list_is_a_value_of_its_own(dialect: Dialect, text: str) -> None:
    made = compiled(jobs_going(), dialect)
    assert text in made.text
    assert made.values({"business": 7, "kind": "DUPLICATES"}) == [7, "DUPLICATES", "QUEUED", "RUNNING"]
