"""Statements that are built once per shape, and that a log can name."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import SelectBase

P = ParamSpec("P")
S = TypeVar("S", bound=SelectBase)

_names: dict[SelectBase, str] = {}


def statement(build: Callable[P, S]) -> Callable[P, S]:
    """Build the statement of each shape once, and remember that it is called what its builder is called."""

    @wraps(build)
    def named(*shape: P.args, **shape_by_name: P.kwargs) -> S:
        built = build(*shape, **shape_by_name)
        _names[built] = f"{build.__module__.rpartition('.')[2]}.{build.__name__}"
        return built

    return cache(named)  # pyright: ignore[reportReturnType]


def name_of(built: SelectBase) -> str:
    """What a statement is called: its module and builder, or where it is one of a kind what it is."""
    return _names.get(built) or type(built).__name__
