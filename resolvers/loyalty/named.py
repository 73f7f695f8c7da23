"""What the shop names in its program: tiers, rules and rewards, found among its own and saved whole."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Table

from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.days import day_number
from rules.problems import Problems
from rules.refusals import CriteriaProblem, Duplicate, InputProblemCode, InvalidCriteria, NotFound


class NamedAsked(Protocol):
    """What is asked of a thing with a name, a new one without an id."""

    @property
    def id(self) -> int | None:
        """Its key."""
        ...

    @property
    def version(self) -> int | None:
        """The version that was read."""
        ...

    @property
    def name(self) -> str:
        """The name that it is to have."""
        ...


def named_row(rows: Sequence[Any], id_: int, path: tuple[str, ...], kind: str) -> Any:
    """The row with an id among those of a business; NotFound where it is none of them."""
    found = next((row for row in rows if row.id == id_), None)
    if found is None:
        raise NotFound(f"There is no such {kind}.", path)
    return found


def row_to_save(rows: Sequence[Any], asked: NamedAsked, kind: str) -> Any:
    """The row of what is changed, None of what is new."""
    return None if asked.id is None else named_row(rows, asked.id, ("id",), kind)


def refuse_other_state(write: Write, rows: Sequence[Any], row: Any, asked: NamedAsked, kind: str) -> None:
    """StaleVersion where it was changed since, Duplicate where another has the name, in whatever case."""
    if row is not None:
        write.expect(row, asked.version)
    taken = next((other for other in rows if other.id != asked.id and other.folded_name == asked.name.casefold()), None)
    if taken is not None:
        raise Duplicate("name", asked.name, global_id(kind, taken.id))


def refuse_one_more(problems: Problems, rows: Sequence[Any], row: Any, *, most: int, kind: str) -> None:
    """Tell of a new one where there are as many as a program has."""
    if row is None and len(rows) >= most:
        problems.add((), InputProblemCode.TOO_MANY, f"A program has at most {most} {kind}.")


def refuse_criteria(criteria: str | None) -> None:
    """InvalidCriteria for criteria, which there is no language for yet."""
    if criteria is not None and criteria.strip():
        message = "Criteria cannot be said here yet: leave them out."
        raise InvalidCriteria(message, CriteriaProblem.FORBIDDEN, end_column=len(criteria.encode("utf-16-le")) // 2)


def refuse_backward_days(problems: Problems, name: str, first: date | None, last: date | None) -> None:
    """Tell of a last day that comes before the first."""
    if first is not None and last is not None and last < first:
        problems.add(name, InputProblemCode.NOT_TOGETHER, "The last day is not before the first.")


def stored_day(day: date | None) -> int | None:
    """A day as it is stored."""
    return None if day is None else day_number(day)


async def save_named(write: Write, target: Table, row: Any, name: str, values: dict[str, Any], **new: Any) -> int:
    """Insert what is new, with what only a `new` one is given, or change the row; the id."""
    named = {"name": name, "folded_name": name.casefold(), **values}
    if row is None:
        return await write.insert(target, version=1, is_deleted=False, **new, **named)
    await write.update(target, row, **named)
    return row.id
