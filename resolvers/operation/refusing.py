"""How what is asked is refused: all of its problems at once, and a refusal as a member of a union."""

from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from rules.problems import Problems
from rules.refusals import Refusal

A = TypeVar("A")


@runtime_checkable
class Checkable(Protocol):
    """What is asked of an operation, where something of it can be told without the store."""

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept: texts trimmed, words known; every problem is told."""
        ...


def checked_input(asked: A) -> A:
    """What is asked, checked as far as it can be without the store; InvalidInput has all of its problems."""
    if not isinstance(asked, Checkable):
        return asked
    problems = Problems()
    checked = asked.checked(problems)
    problems.raise_if_any()
    return checked


def as_member(refusal: Refusal) -> Any:
    """A refusal as an object whose class has its name, as the rows of a reader have: a union finds its member by it."""
    return _member_class(type(refusal).__name__)(**vars(refusal))


@cache
def _member_class(name: str) -> type[SimpleNamespace]:
    return type(name, (SimpleNamespace,), {})
