"""What of consents stands: literal answers."""

from datetime import UTC, datetime

import pytest

from rules.consents import (
    ConsentReach,
    ConsentSaid,
    ConsentSource,
    ConsentStatus,
    Standing,
    last_said,
    may_raise,
    standing,
)

GIVEN, WITHDRAWN = ConsentStatus.GIVEN, ConsentStatus.WITHDRAWN
PENDING, UNREACHABLE = ConsentStatus.PENDING, ConsentStatus.UNREACHABLE
MAY, NOON = datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 5, 2, 12, tzinfo=UTC)
YES, NO = ConsentSaid(GIVEN, MAY, ConsentSource.STAFF), ConsentSaid(WITHDRAWN, NOON, ConsentSource.UNSUBSCRIBE)
AT_ONCE = ConsentSaid(WITHDRAWN, MAY, ConsentSource.API)


def test_the_last_time_stands_whatever_order_they_arrive_in_and_of_equal_ones_the_withdrawal() -> None:
    assert last_said([]) is None
    assert last_said([YES]) == last_said([YES, YES]) == YES
    assert last_said([YES, NO]) == last_said([NO, YES]) == NO
    assert last_said([YES, AT_ONCE]) == last_said([AT_ONCE, YES]) == AT_ONCE


@pytest.mark.parametrize(
    ("last", "reach", "confirmed", "expected"),
    [
        (None, ConsentReach(), False, Standing(ConsentStatus.NEVER_ASKED, None, None, False)),
        (YES, ConsentReach(), False, Standing(GIVEN, MAY, ConsentSource.STAFF, True)),
        (NO, ConsentReach(), False, Standing(WITHDRAWN, NOON, ConsentSource.UNSUBSCRIBE, False)),
        (YES, ConsentReach(has_contact=False), False, Standing(GIVEN, MAY, ConsentSource.STAFF, False)),
        (YES, ConsentReach(is_served=False), False, Standing(GIVEN, MAY, ConsentSource.STAFF, False)),
        (YES, ConsentReach(is_verified=False), False, Standing(GIVEN, MAY, ConsentSource.STAFF, True)),
        (YES, ConsentReach(is_verified=False), True, Standing(PENDING, MAY, ConsentSource.STAFF, False)),
        (YES, ConsentReach(bounced_at=NOON), False, Standing(UNREACHABLE, NOON, ConsentSource.BOUNCE, False)),
        (
            YES,
            ConsentReach(is_verified=False, bounced_at=NOON),
            True,
            Standing(UNREACHABLE, NOON, ConsentSource.BOUNCE, False),
        ),
        (
            NO,
            ConsentReach(is_verified=False, bounced_at=MAY),
            True,
            Standing(WITHDRAWN, NOON, ConsentSource.UNSUBSCRIBE, False),
        ),
    ],
)
def test_what_stands_over_the_last_event(
    last: ConsentSaid | None, reach: ConsentReach, confirmed: bool, expected: Standing
) -> None:
    assert standing(last, reach, confirmed_opt_in=confirmed) == expected


def test_an_import_never_raises_what_was_withdrawn() -> None:
    assert may_raise(None, was_withdrawn=False)
    assert may_raise(GIVEN, was_withdrawn=False)
    assert not may_raise(WITHDRAWN, was_withdrawn=False)
    assert not may_raise(None, was_withdrawn=True)
