"""Statements that are built once per shape, and that a log can name."""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from models.compiled import Statement

P = ParamSpec("P")
S = TypeVar("S", bound=Statement)

_names: dict[Statement, str] = {}


def statement(build: Callable[P, S]) -> Callable[P, S]:
    """Build the statement of each shape once, and remember that it is called what its builder is called."""

    @wraps(build)
    def named(*shape: P.args, **shape_by_name: P.kwargs) -> S:
        built = build(*shape, **shape_by_name)
        _names[built] = f"{build.__module__.rpartition('.')[2]}.{build.__name__}"
        return built

    return cache(named)  # pyright: ignore[reportReturnType]


def is_kept(built: Statement) -> bool:
    """Whether a statement is built once, and lives as long as the process."""
    return built in _names


def name_of(built: Statement) -> str:
    """What a statement is called: its module and builder, or where it is one of a kind what it is."""
    return _names.get(built) or type(built).__name__
