"""Countries by their ISO 3166 codes, and the one that a business is probably in."""

from functools import cache
from importlib.resources import files

SHARED = frozenset(("USD", "EUR"))  # currencies whose first letters are no country, or one of several
UNKNOWN = "ZZ"  # as phone libraries have it: a number without a country code is of none


@cache
def known_regions() -> frozenset[str]:
    """The code of every country."""
    return frozenset(line.split("\t")[0] for line in _lines("iso3166.tab"))


def initial_region(currency: str, timezone: str) -> str:
    """The country of a currency that only one has, else that of a time zone, else UNKNOWN."""
    own = currency[:2]
    if currency not in SHARED and own in known_regions():
        return own
    return _zones().get(timezone) or _zones().get(_links().get(timezone, ""), UNKNOWN)


@cache
def _zones() -> dict[str, str]:
    return {zone: region for region, _place, zone, *_ in (line.split("\t") for line in _lines("zone.tab"))}


@cache
def _links() -> dict[str, str]:
    """Earlier names of zones, like Asia/Calcutta; one without a place, like CET, is of no country."""
    links = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {name: zone for _mark, zone, name in links if "/" in name}


def _lines(name: str) -> list[str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
