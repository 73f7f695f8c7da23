"""How what is asked is refused: all of its problems at once, and a refusal as a member of a union."""

from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from resolvers.operation.actor import UsedFor
from rules.problems import Problems, idempotency_key
from rules.refusals import Refusal

A = TypeVar("A")


@runtime_checkable
class Checkable(Protocol):
    """What is asked of an operation, where something of it can be told without the store."""

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept: texts trimmed, words known; every problem is told."""
        ...


def checked_input(asked: A, used: UsedFor | None = None) -> A:
    """What is asked, checked as far as it can be without the store; InvalidInput has all of its problems."""
    problems = Problems()
    if used is not None:
        idempotency_key(problems, used.path, used.key)
    checked = asked.checked(problems) if isinstance(asked, Checkable) else asked
    problems.raise_if_any()
    return checked


def as_member(refusal: Refusal) -> Any:
    """A refusal as an object whose class has its name, as the rows of a reader have: a union finds its member by it."""
    return _member_class(type(refusal).__name__)(**vars(refusal))


@cache
def _member_class(name: str) -> type[SimpleNamespace]:
    return type(name, (SimpleNamespace,), {})
