"""No regular expression of this program takes more than linear time: each is found in the code and pumped."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest import date_texts, numbers

ROOT = Path(__file__).parents[2]
ROOMS = ("server", "schema", "exports", "ingest", "resolvers", "analytics", "models", "rules")
USES = frozenset(("search", "match", "fullmatch", "sub", "subn", "findall", "finditer"))
LONG = 300_000  # at a quadratic one it takes minutes, at a linear one milliseconds
# Of a dear one the text is measured before: what the check stands beside.
MEASURED = {"FRAME": numbers.LONGEST_NUMBER}
# Made while the program runs, of parts that are data: what those make.
MADE: dict[str, list[re.Pattern[str]]] = {
    "ingest/numbers.py:_grammar": list(numbers.GRAMMARS.values()),
    "ingest/date_texts.py:date_format": [
        date_texts.date_format(text).pattern
        for text in ("%d.%m.%y %I:%M %p %Z", "%A, %d %B %Y %H:%M:%S.%f %z", "%Y%m%d")
    ],
}


@dataclass(frozen=True)
class Expression:
    """A regular expression of the code, and how the code uses it."""

    place: str
    pattern: str
    flags: int
    uses: tuple[str, ...]
    longest: int = LONG


def files() -> list[Path]:
    """The code of all rooms."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def calls_of_re(tree: ast.AST, within: str = "") -> Iterator[tuple[ast.Call, str, str]]:
    """The calls of the module `re`, each with the function called and the function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else within
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_re(node.func.value):
            yield node, node.func.attr, name
        yield from calls_of_re(node, name)


def is_re(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "re"


def uses_in(tree: ast.Module) -> Iterator[tuple[str | None, str]]:
    """The methods that are called in a file: of which variable, None of what has no name, and which."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or is_re(node.func.value):
            continue
        if node.func.attr in USES:
            yield getattr(node.func.value, "id", None), node.func.attr


def names_of(call: ast.Call, tree: ast.Module) -> list[str]:
    """What a module calls that which the call makes."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and node.value is call]
    return [target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)]


def uses_of(call: ast.Call, tree: ast.Module, everywhere: set[tuple[str | None, str]]) -> tuple[str, ...]:
    """How what a call of re.compile makes is used: by its name, or where it has none by all ways of its file."""
    names = names_of(call, tree)
    found = {use for name, use in everywhere if name in names}
    return tuple(sorted(found or {use for _, use in uses_in(tree)} or {"search"}))


@cache
def expressions() -> tuple[Expression, ...]:
    """All that the code holds. Its trees are not kept: the tests that come after would look through them."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files()}
    everywhere = {use for tree in trees.values() for use in uses_in(tree)}
    return tuple(
        expression
        for path, tree in trees.items()
        for call, function, within in calls_of_re(tree)
        if function != "escape"
        for expression in expressions_of(path, tree, call, function, within, everywhere)
    )


def expressions_of(
    path: Path, tree: ast.Module, call: ast.Call, function: str, within: str, everywhere: set[tuple[str | None, str]]
) -> Iterator[Expression]:
    """What one call makes: more than one where it is made of data."""
    file = path.relative_to(ROOT).as_posix()
    uses = uses_of(call, tree, everywhere) if function == "compile" else (function,)
    assert function == "compile" or function in USES, f"{file}:{call.lineno}: re.{function} is not known to this test"
    try:
        made = [evaluated(path, call, function)]
    except NameError:
        made = MADE[f"{file}:{within}"]
    longest = min((MEASURED[name] for name in names_of(call, tree) if name in MEASURED), default=LONG)
    for pattern in made:
        yield Expression(f"{file}:{call.lineno}", pattern.pattern, pattern.flags & ~re.UNICODE, uses, longest)


def evaluated(path: Path, call: ast.Call, function: str) -> re.Pattern[str]:
    """The expression, made as its module makes it. NameError where that takes what a function was given."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    flags += [word for word in call.args[1:] if isinstance(word, ast.Attribute) and is_re(word.value)]
    parts = (call.args[0], *(call.args[1:2] if function == "compile" else flags))
    given = [eval(compile(ast.Expression(part), str(path), "eval"), vars(module)) for part in parts]
    return re.compile(*given)


def test_the_search_finds_what_there_is() -> None:
    found = {expression.place.split(":")[0]: expression for expression in expressions()}

    assert {"server/watching/redaction.py", "rules/contacts.py", "ingest/date_texts.py", "models/types.py"} <= set(
        found
    )
    assert found["rules/contacts.py"].uses in {("fullmatch",), ("findall",)}
    others = ("from re import", "import regex", "re2", "import re as")
    for path in files():
        assert not any(word in path.read_text(encoding="utf-8") for word in others), path


def pumped(given: list[Expression], seconds: int) -> "subprocess.CompletedProcess[str]":
    """What the process said that tries them, which ends where one takes its share of processor time."""
    asked: Any = [[each.place, each.pattern, each.flags, each.uses, each.longest] for each in given]
    words = [sys.executable, str(Path(__file__).with_name("pumping.py")), str(seconds)]
    return subprocess.run(words, input=json.dumps(asked), capture_output=True, text=True, check=False)


@pytest.mark.processes
def test_every_expression_takes_linear_time() -> None:
    all_of_them = list(expressions())
    done = pumped(all_of_them, seconds=30)

    assert done.stdout.split() == [each.place for each in all_of_them], done.stderr


@pytest.mark.processes
@pytest.mark.parametrize(
    "pattern",
    [
        r'"""(.*?)"""|"((?:[^"\\]|\\.)*)"',  # what the redaction had: a document of 98 kB took 44 s
        r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
        r"\beyJ[\w-]*\.[\w-]+(\.[\w-]*)?",
    ],
)
def test_a_slow_expression_is_found(pattern: str) -> None:
    done = pumped([Expression("slow", pattern, re.DOTALL, ("sub",))], seconds=4)

    assert (done.returncode < 0, done.stdout) == (True, ""), done.stderr
