"""Which birthdays a day is."""

from datetime import date

import pytest

from rules.loyalty.birthdays import birthdays_of


@pytest.mark.parametrize(
    ("day", "born"),
    [
        (date(2026, 3, 7), (307, 307)),
        (date(2026, 2, 28), (228, 229)),
        (date(2028, 2, 28), (228, 228)),
        (date(2028, 2, 29), (229, 229)),
    ],
)
def test_who_was_born_on_a_leap_day_has_its_birthday_on_the_28th(day: date, born: tuple[int, int]) -> None:
    assert birthdays_of(day) == born
