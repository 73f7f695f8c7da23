"""What is read apart comes as it is, and whatever becomes of its reader is told here and in time."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ingest import apart
from ingest.problems import ImportProblem

TOO_MUCH = ImportProblem("too much")


def pieces(what: str) -> Iterator[Any]:
    """Three pieces, and then what is asked for."""
    yield from (1, None, "three")
    if what == "a problem":
        raise ImportProblem("line 4 is none")
    if what == "a fault":
        os._exit(3)
    if what == "memory":
        yield bytes(64 * 2**20)
    while what == "time":
        pass


def read(what: str) -> list[Any]:
    with apart.apart(pieces, what, refusal=TOO_MUCH) as found:
        return list(found)


def test_what_is_read_comes_as_it_is_and_in_its_order() -> None:
    assert read("nothing") == [1, None, "three"]


def test_what_the_reader_says_is_said_here() -> None:
    with pytest.raises(ImportProblem, match="line 4 is none"):
        read("a problem")


@pytest.mark.parametrize("what", ["a fault", "memory", "time"])
def test_a_reader_that_breaks_down_or_takes_too_much_is_refused(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Takes a second and more: so long the processor may be used in vain.
    monkeypatch.setattr(apart, "MOST_MEMORY", 32 * 2**20)
    monkeypatch.setattr(apart, "MOST_SECONDS", 1)

    with pytest.raises(ImportProblem, match="too much"):
        read(what)


def test_who_wants_no_more_ends_the_reader() -> None:
    with apart.apart(pieces, "time", refusal=TOO_MUCH) as found:
        assert next(found) == 1

    assert apart.processes.active_children() == []
