"""The served schema: exported as it is, described in full, and as the contract wants it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_specified_scalar_type,
)

from schema.schema import schema
from tests.schema.walking import BUILT

ROOT = Path(__file__).parents[2]
EXPORTED = ROOT / "schema" / "schema.graphql"
CHECK = ROOT.parent / "shared" / "tools" / "check_contract.py"

# The files of the contract that are served whole, and those of which a part is.
WHOLE = ("reports.graphql",)
IN_PART = ("writes.graphql",)


def named_types() -> list[Any]:
    """The types of the schema that are its own."""
    types = [t for name, t in BUILT.type_map.items() if not name.startswith("__")]
    return [t for t in types if not (isinstance(t, GraphQLScalarType) and is_specified_scalar_type(t))]


def undescribed() -> Iterator[str]:
    """Everything that says nothing of itself; the values of an enumeration need not."""
    for type_ in named_types():
        if not type_.description:
            yield type_.name
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in type_.fields.items():
                if not field.description:
                    yield f"{type_.name}.{name}"
                yield from (
                    f"{type_.name}.{name}({argument}:)"
                    for argument, definition in getattr(field, "args", {}).items()
                    if not definition.description
                )


def test_the_exported_schema_is_the_served_one() -> None:
    assert EXPORTED.read_text() == schema.as_str() + "\n" * (not schema.as_str().endswith("\n"))


def test_everything_is_described() -> None:
    assert list(undescribed()) == []


def test_descriptions_are_sentences() -> None:
    """They are read in GraphiQL, one beside the other."""
    texts = {t.name: t.description for t in named_types() if not isinstance(t, GraphQLScalarType)}
    for type_ in named_types():
        for name, field in getattr(type_, "fields", {}).items():
            texts[f"{type_.name}.{name}"] = field.description
            texts |= {f"{type_.name}.{name}.{a}": d.description for a, d in getattr(field, "args", {}).items()}

    assert [name for name, text in texts.items() if not text.endswith(".")] == []


def differences(*files: str) -> list[tuple[str, str]]:
    """What files of the contract have and the served schema lacks or has otherwise, as (where, how)."""
    if not CHECK.is_file():
        pytest.skip(f"the contract is not at {CHECK.parent.parent}")
    command = [sys.executable, CHECK, EXPORTED, *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.stderr == ""
    *found, summary = filter(None, run.stdout.splitlines())
    assert summary.startswith(f"{len(found)} differences; ")
    return [(where, how) for where, _, how in (line.rpartition(": ") for line in found)]


def test_nothing_of_what_is_served_whole_is_missing_or_otherwise() -> None:
    assert differences(*WHOLE) == []


def test_what_is_served_in_part_is_as_the_contract_wants_it() -> None:
    """Same names, same types, same nullability: whatever differs is something that is not there yet."""
    assert [(where, how) for where, how in differences(*IN_PART) if not how.endswith("missing")] == []
