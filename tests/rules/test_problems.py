"""Problems of an input: collected with their paths, told at once, and found by the shared checks."""

import pytest

from rules.problems import Problems, known_word, optional_text, required_text, short_list, whole_number
from rules.refusals import InputProblem, InputProblemCode, InvalidInput


def refused(problems: Problems) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        problems.raise_if_any()
    return caught.value


def told(problems: Problems) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in refused(problems).problems] if problems else []


def test_without_problems_nothing_is_refused() -> None:
    problems = Problems()
    assert not problems
    problems.raise_if_any()


def test_each_problem_has_the_path_from_the_arguments_to_it() -> None:
    problems = Problems(("input",))
    items = problems.under("items")
    items.under(2).add("quantity", InputProblemCode.OUT_OF_RANGE, "Give more than 0.")
    problems.add("number", InputProblemCode.TOO_LONG, "Give less.")
    items.add(("0", "sku"), InputProblemCode.REQUIRED, "Give one.")
    problems.add((), InputProblemCode.NOT_TOGETHER, "Give one of the two.")
    assert problems
    assert items
    assert refused(items).problems == (
        InputProblem(("input", "items", "2", "quantity"), InputProblemCode.OUT_OF_RANGE, "Give more than 0."),
        InputProblem(("input", "number"), InputProblemCode.TOO_LONG, "Give less."),
        InputProblem(("input", "items", "0", "sku"), InputProblemCode.REQUIRED, "Give one."),
        InputProblem(("input",), InputProblemCode.NOT_TOGETHER, "Give one of the two."),
    )


def test_the_message_of_the_whole_tells_the_first_three() -> None:
    problems = Problems(("input",))
    for index in range(5):
        problems.under(index).add("name", InputProblemCode.REQUIRED, "Give one.")
    assert refused(problems).message == (
        "input.0.name: Give one. input.1.name: Give one. input.2.name: Give one. And 2 more."
    )


@pytest.mark.parametrize(
    ("text", "cleaned", "problem"),
    [
        ("Ann", "Ann", []),
        ("  Ann\n", "Ann", []),
        ("Zoe\u0308", "Zo\u00eb", []),
        ("Zoe\u0308y", "Zo\u00eby", []),
        (None, None, []),
        ("", None, []),
        (" \t\u00a0", None, []),
        ("Annie", "Annie", [("TOO_LONG", "Give at most 4 characters; this has 5.")]),
        ("A\0n", "A\0n", [("INVALID_FORMAT", "Leave out NUL and half characters.")]),
        ("A\ud83d", "A\ud83d", [("INVALID_FORMAT", "Leave out NUL and half characters.")]),
        ("A\N{GRINNING FACE}", "A\N{GRINNING FACE}", []),
    ],
)
def test_optional_text(text: str | None, cleaned: str | None, problem: list[tuple[str, str]]) -> None:
    problems = Problems()
    assert optional_text(problems, "name", text, longest=4) == cleaned
    assert told(problems) == problem


@pytest.mark.parametrize(
    ("text", "cleaned", "problem"),
    [
        (" Ann ", "Ann", []),
        ("   ", "", [("REQUIRED", "This has to be given, and not blank.")]),
        (None, "", [("REQUIRED", "This has to be given, and not blank.")]),
        ("A" * 1001, "A" * 1001, [("TOO_LONG", "Give at most 1,000 characters; this has 1,001.")]),
    ],
)
def test_required_text(text: str | None, cleaned: str, problem: list[tuple[str, str]]) -> None:
    problems = Problems()
    assert required_text(problems, "name", text, longest=1000) == cleaned
    assert told(problems) == problem


@pytest.mark.parametrize(
    ("number", "lowest", "highest", "message"),
    [
        (None, 0, 30, None),
        (0, 0, 30, None),
        (30, 0, 30, None),
        (31, 0, 30, "Give a whole number from 0 to 30, not 31."),
        (-1, 0, 30, "Give a whole number from 0 to 30, not -1."),
        (6, 7, None, "Give a whole number of at least 7, not 6."),
        (7, 7, None, None),
        (1001, None, 1000, "Give a whole number up to 1,000, not 1,001."),
    ],
)
def test_whole_number(number: int | None, lowest: int | None, highest: int | None, message: str | None) -> None:
    problems = Problems()
    assert whole_number(problems, "days", number, lowest=lowest, highest=highest) == number
    assert told(problems) == ([] if message is None else [("OUT_OF_RANGE", message)])


def test_of_a_list_that_is_too_long_only_the_first_values_go_on() -> None:
    problems = Problems()
    assert short_list(problems, "items", [1, 2, 3], most=3) == [1, 2, 3]
    assert not problems
    assert short_list(problems, "items", [1, 2, 3], most=2) == [1, 2]
    assert told(problems) == [("TOO_MANY", "Give at most 2; these are 3.")]


@pytest.mark.parametrize(
    ("word", "known", "message"),
    [
        ("GB", ["GB", "US"], None),
        ("emial", ["phone", "email"], '"emial" is none of phone, email (did you mean "email"?).'),
        ("xyz", ["phone"], '"xyz" is none of phone.'),
        ("F7x", [f"F{number}" for number in range(30)], '"F7x" is not known here (did you mean "F7"?).'),
    ],
)
def test_known_word(word: str, known: list[str], message: str | None) -> None:
    problems = Problems()
    assert known_word(problems, "field", word, known) == word
    assert told(problems) == ([] if message is None else [("UNKNOWN_VALUE", message)])
