"""Before which moments what nobody asks for any more goes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.purging import keeping, months_before

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_what_is_kept_for_how_long() -> None:
    kept = keeping(NOW, ZoneInfo("Europe/London"), 30, 24)
    assert {name: moment.isoformat()[:16] for name, moment in kept.moments.items()} == {
        "events": "2026-02-03T12:00",
        "audit": "2024-03-05T12:00",
        "keys": "2026-02-03T12:00",
        "merge_lists": "2026-02-03T12:00",
        "job_files": "2026-02-26T12:00",
        "code_attempts": "2026-03-04T12:00",
        "over": "2026-03-05T12:00",
    }
    assert keeping(NOW, ZoneInfo("Europe/London"), 7, None).audit is None


@pytest.mark.parametrize(
    ("now", "zone", "months", "expected"),
    [
        ("2026-03-05T12:00", "UTC", 6, "2025-09-05T12:00"),
        ("2026-03-31T12:00", "UTC", 1, "2026-02-28T12:00"),
        ("2024-03-31T12:00", "UTC", 1, "2024-02-29T12:00"),
        ("2026-01-05T12:00", "UTC", 24, "2024-01-05T12:00"),
        ("2026-01-05T12:00", "UTC", 1, "2025-12-05T12:00"),
        ("2026-07-05T12:00", "Europe/London", 6, "2026-01-05T13:00"),  # 13:00 in summer is 13:00 in winter
    ],
)
def test_months_before(now: str, zone: str, months: int, expected: str) -> None:
    found = months_before(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone), months)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
