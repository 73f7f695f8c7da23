"""Statements as a store's driver takes them, each compiled once: SQLAlchemy's way around one takes longer than it."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Delete, Insert, SelectBase, Table, Update
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
MOST_KEPT = 2_000
Statement = SelectBase | Insert | Update | Delete


@dataclass(frozen=True)
class CompiledStatement:
    """A statement as one store runs it: its text, and how values go in."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    binds: tuple[Convert | None, ...]

    def values(self, params: Mapping[str, Any]) -> list[Any]:
        """The bound values, in order, as the driver wants them."""
        given = {**self.constants, **params} if self.constants else params
        return [
            given[name] if bind is None else bind(given[name])
            for name, bind in zip(self.names, self.binds, strict=True)
        ]


@dataclass(frozen=True)
class RowStatement(CompiledStatement):
    """One that answers rows, and how they come out: as stored, days as numbers and money in minor units."""

    results: tuple[Convert | None, ...]
    stored_class: type[Any]

    def rows(self, records: Iterable[Sequence[Any]]) -> list[Any]:
        """The driver's records as rows with attributes."""
        make = self.stored_class._make  # a namedtuple's
        if not any(self.results):
            return [make(record) for record in records]
        return [
            make(value if to is None else to(value) for value, to in zip(record, self.results, strict=True))
            for record in records
        ]


class CompiledStatements:
    """The statements of one store, each compiled when it is first wanted."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._read: dict[Statement, RowStatement] = {}
        self._changing: dict[Statement, CompiledStatement] = {}
        self._of_rows: dict[tuple[str, str, tuple[str, ...]], CompiledStatement] = {}

    def reading(self, statement: Statement) -> RowStatement:
        """A statement that answers rows; it has to be one that is kept."""
        kept = self._read.get(statement)
        if kept is None:
            columns = list(getattr(statement, "selected_columns", None) or statement.exported_columns)
            kept = self._read[statement] = RowStatement(
                **vars(compiled(statement, self._dialect)),
                results=tuple(result_processor(column.type, self._dialect) for column in columns),
                stored_class=stored_class([column.name for column in columns]),
            )
        return kept

    def changing(self, statement: Statement) -> CompiledStatement:
        """A statement that writes and says all that it does by itself; it has to be one that is kept."""
        kept = self._changing.get(statement)
        if kept is None:
            kept = self._changing[statement] = compiled(statement, self._dialect)
        return kept

    def insertion(self, target: Table, names: Iterable[str]) -> CompiledStatement:
        """What inserts a row with these columns and what the others have by default; it answers its new id.

        A row that says its id answers nothing.
        """
        given = tuple(names)
        key = ("insert", target.name, given)
        return self._of_rows.get(key) or self._kept(key, self._insertion(target, given))

    def change(self, target: Table, names: Iterable[str]) -> CompiledStatement:
        """What brings these columns of the row with a primary key, which follows them, to other values."""
        given = tuple(names)
        key = ("update", target.name, given)
        return self._of_rows.get(key) or self._kept(key, self._change(target, given))

    def _kept(self, key: tuple[str, str, tuple[str, ...]], made: CompiledStatement) -> CompiledStatement:
        if len(self._of_rows) >= MOST_KEPT:
            self._of_rows.clear()  # of the columns that rows of a table can have there are many choices
        self._of_rows[key] = made
        return made

    def _insertion(self, target: Table, given: tuple[str, ...]) -> CompiledStatement:
        defaults = {
            column.name: column.default.arg
            for column in target.c
            if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
        }
        names = (*given, *defaults)
        columns, marks = ", ".join(map(_quoted, names)), ", ".join(self._marks(len(names)))
        answers = ' RETURNING "id"' if "id" in target.c and "id" not in given else ""
        text = f"INSERT INTO {_quoted(target.name)} ({columns}) VALUES ({marks}){answers}"
        return CompiledStatement(text, names, defaults, self._binds(target, names))

    def _change(self, target: Table, given: tuple[str, ...]) -> CompiledStatement:
        keys = [column.name for column in target.primary_key]
        if "business_id" in target.c and "business_id" not in keys:
            keys.append("business_id")
        marks = iter(self._marks(len(given) + len(keys)))
        new = ", ".join(f"{_quoted(name)} = {next(marks)}" for name in given)
        mine = " AND ".join(f"{_quoted(name)} = {next(marks)}" for name in keys)
        text = f"UPDATE {_quoted(target.name)} SET {new} WHERE {mine}"
        names = (*given, *(of_key(name) for name in keys))
        return CompiledStatement(text, names, {}, self._binds(target, (*given, *keys)))

    def _binds(self, target: Table, names: Iterable[str]) -> tuple[Convert | None, ...]:
        return tuple(bind_processor(target.c[name].type, self._dialect) for name in names)

    def _marks(self, count: int) -> list[str]:
        return ["?"] * count if self._dialect.name == "sqlite" else [f"${place}" for place in range(1, count + 1)]


def of_key(name: str) -> str:
    """What a column of the primary key is called among the values of a change."""
    return f"key {name}"


def compiled(statement: Statement, dialect: Dialect) -> CompiledStatement:
    """A statement for a store, its text and how values go in; a list that it holds has a name for each member."""
    made: Any = statement.compile(dialect=dialect)
    constants = {name: bind.value for name, bind in made.binds.items() if not bind.required}
    text, names, lists = str(made), tuple(made.positiontup or ()), dict[str, str]()
    if any(bind.expanding for bind in made.binds.values()):
        told = made.construct_expanded_state({**dict.fromkeys(made.binds), **constants})
        text, names = told.statement, tuple(told.positiontup)
        lists = {member: name for name, members in told.parameter_expansion.items() for member in members}
        constants |= {member: told.parameters[member] for member in lists}
    return CompiledStatement(
        text=text,
        names=names,
        constants=constants,
        binds=tuple(bind_processor(made.binds[lists.get(name, name)].type, dialect) for name in names),
    )


def stored_class(names: Sequence[str]) -> type[Any]:
    """A class of rows with these attributes; `_mapping` has them by name, as rows of SQLAlchemy do."""
    base: Any = namedtuple("Stored", names)  # pyright: ignore[reportUntypedNamedTuple]  # noqa: PYI024
    return type("Stored", (base,), {"__slots__": (), "_mapping": property(base._asdict)})


def bind_processor(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """How a value goes in, None for as it is."""
    return type_.dialect_impl(dialect).bind_processor(dialect)


def result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """How a value comes out, None for as it is."""
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _quoted(name: str) -> str:
    return f'"{name}"'
