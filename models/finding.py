"""Finding customers by words: the same words find the same customers on both stores."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType, Text

from models.customers import customer


class found_by_words(ColumnElement[Any]):
    """The customer has, for each word of :words, a word that begins with it; with `contacts` also e-mail and phone."""

    inherit_cache = False

    def __init__(self, contacts: bool) -> None:
        self.type = NullType()
        self.contacts = contacts
        self.id = customer.c.id
        self.words = bindparam("words", type_=Text())


@compiles(found_by_words, "sqlite")
def _on_sqlite(element: found_by_words, compiler: SQLCompiler, **options: Any) -> str:
    id_, words = compiler.process(element.id, **options), compiler.process(element.words, **options)
    return f"{id_} IN (SELECT rowid FROM customer_search WHERE customer_search MATCH {words})"


@compiles(found_by_words, "postgresql")
def _on_postgresql(element: found_by_words, compiler: SQLCompiler, **options: Any) -> str:
    id_, words = compiler.process(element.id, **options), compiler.process(element.words, **options)
    columns = ("search_name", "search_contact") if element.contacts else ("search_name",)
    vectors = (f"array_to_tsvector(string_to_array({column}, ' '))" for column in columns)
    found = f"({' || '.join(vectors)}) @@ CAST({words} AS tsquery)"
    # Found once: a plan that looks the words up for each customer takes seconds at a few thousand.
    once = f"WITH found AS MATERIALIZED (SELECT id FROM customer_search WHERE {found}) SELECT id FROM found"
    return f"{id_} IN ({once})"


def found_by_phone() -> ColumnElement[bool]:
    """The phone number ends as :written or as :dialled."""
    return or_(customer.c.phone.like(bindparam("written", type_=Text)), customer.c.phone.like(bindparam("dialled")))


def word_query(words: str, contacts: bool, is_sqlite: bool) -> str:
    """The value of :words for normalised, space-separated words, in the store's own query language."""
    if is_sqlite:
        every = " AND ".join(f'"{word}" *' for word in words.split())
        return every if contacts else f"{{search_name}} : ({every})"
    return " & ".join(f"'{word}':*" for word in words.split())


def either_query(one: str, other: str, is_sqlite: bool) -> str:
    """The value of :words that finds what one query or the other does."""
    return f"({one}) OR ({other})" if is_sqlite else f"({one}) | ({other})"


FOUND = {
    "names": lambda: found_by_words(contacts=False),
    "contacts": lambda: found_by_words(contacts=True),
    "phones": lambda: or_(found_by_words(contacts=True), found_by_phone()),
}
