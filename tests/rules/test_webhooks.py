"""When what did not arrive is sent again, and when an endpoint is told no more."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.problems import Problems
from rules.webhooks import Attempt, AttemptError, checked_types, error_of_status, next_try, reason_to_disable

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
REFUSED = Attempt(AT, None, 0.0, AttemptError.REFUSED)
SECOND, MINUTE, HOUR = 1, 60, 3600
WAITS = [5, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24))]


def wait(tries: int, attempt: Attempt = REFUSED, random: float = 0.5) -> float | None:
    at = next_try(tries, attempt, random)
    return None if at is None else (at - AT).total_seconds()


def test_tries_are_those_of_the_table_and_then_it_has_failed() -> None:
    assert [wait(tries) for tries in range(1, 11)] == [*WAITS, None]


@pytest.mark.parametrize(("random", "factor"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_a_wait_is_longer_or_shorter_by_a_fifth(random: float, factor: float) -> None:
    assert [wait(tries, random=random) for tries in range(1, 10)] == pytest.approx([w * factor for w in WAITS])


def asked(status: int, retry_after: str | None) -> Attempt:
    return Attempt(AT, status, 1000.0, AttemptError.STATUS, retry_after)


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [
        (503, "60", 61),
        (429, "120", 121),
        (503, "2", 6),
        (503, None, 6),
        (500, "60", 6),
        (503, "Thu, 05 Mar 2026 12:10:00 GMT", 600),
        (503, "Thu, 05 Mar 2026 11:00:00 GMT", 6),
        (503, "999999999999999999999", 24 * HOUR + 1),
        (429, "Sat, 05 Mar 2033 12:00:00 GMT", 24 * HOUR + 1),
        (503, "soon", 6),
        (503, "-5", 6),
        (503, "١٢", 6),
    ],
)
def test_who_is_asked_to_wait_does_so_a_day_at_most(status: int, retry_after: str | None, seconds: float) -> None:
    assert wait(1, asked(status, retry_after)) == seconds


def test_codes_are_tried_more_often() -> None:
    waits = [next_try(tries, REFUSED, 0.5, is_code=True) for tries in range(1, 12)]
    assert [at and (at - AT).total_seconds() for at in waits] == [2, 5, 10, 20, 30, 60, 60, 120, 120, 300, None]


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, None), (204, None), (299, None), (301, "redirect"), (304, "redirect"), (400, "status"), (500, "status")],
)  # fmt: skip
def test_what_an_answer_means(status: int, error: str | None) -> None:
    assert error_of_status(status) == error


def test_gone_is_for_ever_and_silence_for_120_hours() -> None:
    assert reason_to_disable(Attempt(AT, 410, 1.0, AttemptError.STATUS), AT)
    late = timedelta(hours=120)
    assert reason_to_disable(REFUSED, AT - late)
    assert reason_to_disable(REFUSED, AT - late + timedelta(seconds=1)) is None
    assert reason_to_disable(REFUSED, None) is None
    assert reason_to_disable(Attempt(AT, 200, 1.0, None), AT - late) is None


def problems_of(*types: str) -> list[tuple[str, str]]:
    problems = Problems()
    checked_types(problems, "types", types)
    return [(".".join(one.path), one.code) for one in problems._found]


def test_types_are_known_and_that_of_codes_stands_alone() -> None:
    assert checked_types(Problems(), "types", [" sale.recorded ", "sale.recorded"]) == ("sale.recorded",)
    assert problems_of("contact.code") == problems_of() == []
    assert problems_of("sale.recorded", "sale.made") == [("types.1", "UNKNOWN_VALUE")]
    assert problems_of("webhook.test") == [("types.0", "UNKNOWN_VALUE")]
    assert problems_of("contact.code", "sale.recorded") == [("types", "NOT_TOGETHER")]
    assert ("types", "TOO_MANY") in problems_of(*(["sale.recorded"] * 51))
