"""Words as messages show them."""

import pytest

from rules.words import did_you_mean, shown


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("emial", ' (did you mean "email"?)'),
        ("EMAIL", ' (did you mean "email"?)'),
        ("unitprice", ' (did you mean "Unit_Price"?)'),
        ("storefront", ""),
    ],
)
def test_the_nearest_known_name_is_suggested_as_it_is_written(name: str, suggestion: str) -> None:
    assert did_you_mean(name, ["phone", "email", "Unit_Price"]) == suggestion


def test_a_long_text_is_quoted_with_its_beginning() -> None:
    assert shown("a" * 60) == f'"{"a" * 60}"'
    assert shown("a" * 61) == f'"{"a" * 60}…"'
