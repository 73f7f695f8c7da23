"""The country that a business begins with: of its currency, else of its zone, else of none."""

import pytest

from rules.regions import UNKNOWN, initial_region, known_regions


@pytest.mark.parametrize(
    ("currency", "timezone", "region"),
    [
        ("GBP", "Europe/London", "GB"),
        ("CHF", "Europe/Zurich", "CH"),
        ("CAD", "America/Toronto", "CA"),
        ("JPY", "UTC", "JP"),
        ("EUR", "Europe/Berlin", "DE"),
        ("EUR", "Europe/Paris", "FR"),
        ("USD", "America/New_York", "US"),
        ("USD", "America/Guayaquil", "EC"),
        ("USD", "Asia/Calcutta", "IN"),
        ("EUR", "Europe/Kiev", "UA"),
        ("EUR", "UTC", UNKNOWN),
        ("EUR", "CET", UNKNOWN),
        ("USD", "Etc/GMT+5", UNKNOWN),
        ("XOF", "Africa/Dakar", "SN"),
    ],
)
def test_of_currency_and_zone(currency: str, timezone: str, region: str) -> None:
    assert initial_region(currency, timezone) == region


def test_every_country_is_known() -> None:
    assert {"DE", "FR", "GB", "US", "IN", "BR"} <= known_regions()
    assert UNKNOWN not in known_regions()
    assert 240 < len(known_regions()) < 260
