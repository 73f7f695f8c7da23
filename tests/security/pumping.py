"""Tries regular expressions with texts that make a slow one slow; a process whose processor time is bounded.

Takes the seconds that each may use, and reads a JSON list of [name, pattern, flags, methods, longest text]. Prints the
name of each that came to its end.
"""

import json
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from typing import Any

SHORT = 1_500
TRIED_LONG = 6
BETWEEN = ("", " ", "-", ".", "\n", "@", '"', "1", "é")
AFTER = ("", "\0", "\n\0")
LONGEST_PIECE = 5
MOST_PUMPS = 800


def sample(parsed: Any, more: int) -> str:
    """A text that the expression takes, or nearly; with repetitions as short as they may be and `more`."""
    return "".join(_sampled(code, argument, more) for code, argument in parsed)


def _sampled(code: Any, argument: Any, more: int) -> str:
    name = str(code)
    if name == "LITERAL":
        return chr(argument)
    if name in ("NOT_LITERAL", "ANY"):
        return "a"
    if name == "IN":
        return _member(argument)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, what = argument
        return sample(what, more) * min(max(least, 1) + more, most)
    if name == "SUBPATTERN":
        return sample(argument[3], more)
    if name == "ATOMIC_GROUP":
        return sample(argument, more)
    if name == "BRANCH":
        return sample(argument[1][more % len(argument[1])], more)
    return ""


def _member(choices: Any) -> str:
    code, argument = choices[0]
    if str(code) == "NEGATE":
        return "a"
    if str(code) == "LITERAL":
        return chr(argument)
    if str(code) == "RANGE":
        return chr(argument[0])
    return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(argument), "a")


def pumps(pattern: str, flags: int) -> Iterator[tuple[str, str, str]]:
    """Beginnings, pieces to repeat, and ends at which it may fail."""
    parsed = parser.parse(pattern, flags)
    samples = [sample(parsed, more) for more in range(3)]
    pieces = {each[at : at + size] for each in samples for at in range(len(each)) for size in range(1, LONGEST_PIECE)}
    pieces |= {each[:size] for each in samples for size in range(1, len(each) + 1)}
    pieces |= {"a", "1", " ", "\n", "-", ".", "é"}
    repeated = {piece + between for piece, between in product(pieces - {""}, BETWEEN)}
    first = samples[0]
    befores = ("", first[: max(1, len(first) // 2)], first)
    found = list(product(befores, sorted(repeated), AFTER))
    random.Random(len(found)).shuffle(found)
    return iter(found[:MOST_PUMPS])


def text(pump: tuple[str, str, str], length: int) -> str:
    """The text that a pump makes."""
    before, piece, after = pump
    return before + piece * (length // len(piece)) + after


def tried(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    """How the code uses it."""
    if method in ("sub", "subn"):
        return lambda given: pattern.sub("", given)
    if method == "finditer":
        return lambda given: list(pattern.finditer(given))
    return getattr(pattern, method)


def taken(use: Callable[[str], object], given: str) -> float:
    """Which are slowest is looked for at short texts; nothing is asserted of it."""
    before = time.process_time()
    use(given)
    return time.process_time() - before


def main() -> None:
    """Try them all."""
    for name, pattern, flags, methods, longest in json.load(sys.stdin):
        used = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + int(sys.argv[1]), resource.RLIM_INFINITY))
        compiled = re.compile(pattern, flags)
        for method in methods:
            use = tried(compiled, method)
            slowest = sorted(
                pumps(pattern, flags), key=lambda pump: taken(use, text(pump, min(SHORT, longest))), reverse=True
            )
            for pump in slowest[:TRIED_LONG]:
                use(text(pump, longest))
        print(name, flush=True)


if __name__ == "__main__":
    main()
