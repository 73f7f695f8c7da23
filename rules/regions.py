"""Countries by their ISO 3166 codes, and the one that a business is probably in."""

from functools import cache
from importlib.resources import files

SHARED = frozenset(("USD", "EUR"))  # currencies whose first letters are no country, or one of several


@cache
def known_regions() -> frozenset[str]:
    """The code of every country."""
    return frozenset(line.split("\t")[0] for line in _lines("iso3166.tab"))


def initial_region(currency: str, timezone: str) -> str:
    """The country of a currency that only one has, else that of a time zone; US where neither tells."""
    own = currency[:2]
    if currency not in SHARED and own in known_regions():
        return own
    return _zones().get(timezone) or (own if own in known_regions() else "US")


@cache
def _zones() -> dict[str, str]:
    return {zone: region for region, _place, zone, *_ in (line.split("\t") for line in _lines("zone.tab"))}


def _lines(name: str) -> list[str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
