"""What is written of a customer of the demo shop when it joins: name, contacts, address, consents, tags."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ingest.demo.calendar import DemoCalendar
from ingest.demo.chance import Flags, Ints, Keys, between, deck, drawn, happens, uniform
from ingest.demo.columns import Columns, nullable, words
from ingest.demo.customers import DemoPeople, numbers_of
from ingest.demo.names import COMPANIES, COUNTRIES, CULTURE_CARDS, CULTURES, FRANCE, LIVES_IN_FRANCE, phone, written
from models.customers import CustomerType
from rules.consents import ConsentChannel, ConsentSource, ConsentStatus
from rules.contacts import contact_words, name_words, search_words, sort_name
from rules.days import date_of

TYPES = words(CustomerType.RETAIL, CustomerType.WHOLESALE)
GENDERS = words("female", "male", "non-binary", None)
GENDER_CARDS = deck([47, 41, 2, 10])
DOMAINS = ["example.com", "example.org", "example.net"]
ASCII = str.maketrans({"ł": "l"})

WALK_IN, SEARCH, SOCIAL, NEWSLETTER, MARKETPLACE, REFERRAL, FAIR, UNKNOWN = range(8)
SOURCES = words("Walk-in", "Search", "Social", "Newsletter", "Marketplace", "Referral", "Trade fair", None)
SOURCE_CARDS = deck([36, 20, 17, 7, 8, 0, 0, 12])
REFERRED = 0.09
CAMPAIGNS = {SEARCH: "search", SOCIAL: "instagram", NEWSLETTER: "welcome"}
SEASONS = [
    "winter",
    "winter",
    "spring",
    "spring",
    "spring",
    "summer",
    "summer",
    "summer",
    "autumn",
    "autumn",
    "autumn",
    "winter",
]

LIMITS = np.array([0, 100_000, 250_000, 500_000, 1_000_000, 2_500_000], np.int64)
LIMIT_CARDS = deck([20, 15, 25, 20, 15, 5])
TAGS = ["gift buyer", "foodie", "neighbour", "birthday club", "press", "staff", "allergy: nuts"]
TAG_CARDS = deck([30, 26, 16, 14, 4, 3, 7])
NOTES = words(
    "Prefers to be called in the morning.", "Always asks for gift wrapping.", "Collects orders on Saturdays.", None
)  # fmt: skip
NOTE_CARDS = deck([1, 1, 1, 97])


class Names(NamedTuple):
    """First names or family names of one culture: as they are written, and as they stand in an e-mail address."""

    written: list[str]
    ascii: list[str]


class Home(NamedTuple):
    """A town of a country."""

    city: str
    state: str
    postal_code: str


@cache
def _names(pool: str) -> Names:
    pairs = written(pool)
    return Names(
        [name for name, _ in pairs], [search_words(latin).replace(" ", "").translate(ASCII) for _, latin in pairs]
    )


@cache
def _towns(country: str) -> list[Home]:
    return [Home(*town.split(", ")) for town in COUNTRIES[country].towns.split("; ")]


@cache
def _streets(country: str) -> list[str]:
    return COUNTRIES[country].streets.split("; ")


class _Draws:
    """Everything that is drawn of new customers, as lists: a profile is put together one by one."""

    def __init__(self, people: DemoPeople, who: Ints) -> None:
        keys, wholesale = people.key[who], people.wholesale[who]
        self.index: list[int] = people.index[who].tolist()
        self.wholesale: list[bool] = wholesale.tolist()
        self.has_email = people.has_email[who].tolist()
        self.has_phone = people.has_phone[who].tolist()
        self.culture: list[int] = drawn(keys, "culture", CULTURE_CARDS).tolist()
        self.gender = np.where(wholesale, 3, drawn(keys, "gender", GENDER_CARDS)).tolist()
        self.in_france = happens(keys, "country", LIVES_IN_FRANCE).tolist()
        self.first, self.last, self.town, self.street, self.company = (
            _numbers(keys, what) for what in ("first", "last", "town", "street", "company")
        )
        self.house = between(keys, "house", 1, 180).tolist()
        self.domain = drawn(keys, "domain", deck([70, 20, 10])).tolist()
        self.is_named = (wholesale | happens(keys, "named", 0.98)).tolist()
        self.has_address = happens(keys, "address", 0.85).tolist()


def _numbers(keys: Keys, what: str) -> list[int]:
    """Numbers of which the remainder by any small count is a fair choice."""
    return between(keys, what, 0, 5_039).tolist()


def customer_columns(people: DemoPeople, calendar: DemoCalendar, who: Ints, until: int) -> Columns:
    """The rows of the table `customer` for those at the positions `who`, but for ids and the referrer."""
    keys, wholesale = people.key[who], people.wholesale[who]
    numbers = numbers_of(calendar, people.index[who])
    columns: Columns = {"number": numbers, "type": TYPES[wholesale.astype(np.int64)]}
    columns |= _personal(_Draws(people, who), numbers)
    has_email = np.array([email is not None for email in columns["email"]], np.bool_)
    has_phone = np.array([number is not None for number in columns["phone"]], np.bool_)
    limits = np.where(wholesale, LIMITS[drawn(keys, "limit", LIMIT_CARDS)], 0)
    owes = (limits > 0) & happens(keys, "opening balance", 0.12)
    return columns | {
        "birth_date": _birth_dates(keys, people.joined[who], wholesale),
        "is_active": people.closed[who] >= until,
        "is_email_verified": has_email & happens(keys, "email verified", 0.7),
        "is_phone_verified": has_phone & happens(keys, "phone verified", 0.45),
        "created_at": calendar.utc_of(people.created[who]),
        "joined_given": ~people.at_purchase[who],
        "joined_day": people.joined[who],
        "credit_limit": limits,
        "opening_balance": np.where(owes, between(keys, "owed", 5, 60) * 1_000, 0),
        "consent_email": has_email & people.wants_email[who],
        "consent_sms": has_phone & people.wants_sms[who],
        "consent_push": happens(keys, "consent push", 0.18),
        "notes": NOTES[drawn(keys, "note", NOTE_CARDS)],
        "is_erased": np.zeros(len(who), np.bool_),
    } | _acquisition(people, who)  # fmt: skip


PERSONAL = (
    "first_name", "last_name", "sort_name", "gender", "email", "phone", "line1", "line2", "city", "state",
    "postal_code", "country", "search_name", "search_contact",
)  # fmt: skip


def _personal(draws: _Draws, numbers: list[str]) -> Columns:
    rows = [_person(draws, at, number) for at, number in enumerate(numbers)]
    return dict(zip(PERSONAL, zip(*rows, strict=True), strict=True))


def _person(draws: _Draws, at: int, number: str) -> tuple[Any, ...]:
    first, last, local = _name(draws, at)
    country = FRANCE if draws.in_france[at] else CULTURES[draws.culture[at]].country
    email = f"{local}{draws.index[at]}@{DOMAINS[draws.domain[at]]}" if draws.has_email[at] else None
    telephone = phone(country, draws.index[at]) if draws.has_phone[at] else None
    return (
        first, last, sort_name(number, first, last), GENDERS[draws.gender[at]], email, telephone,
        *_address(draws, at, country), name_words(number, first, last), contact_words(email, telephone),
    )  # fmt: skip


def _name(draws: _Draws, at: int) -> tuple[str | None, str | None, str]:
    """First name, last name, and what an e-mail address begins with."""
    culture = CULTURES[draws.culture[at]]
    family = _names(culture.family)
    last = draws.last[at] % len(family.written)
    if draws.wholesale[at]:
        title = COMPANIES[draws.company[at] % len(COMPANIES)]
        return None, title.format(family.written[last]), f"orders.{family.ascii[last]}"
    if not draws.is_named[at]:
        return None, None, "guest"
    given = _names(culture.male if _is_male(draws, at) else culture.female)
    first = draws.first[at] % len(given.written)
    return given.written[first], family.written[last], f"{given.ascii[first]}.{family.ascii[last]}"


def _is_male(draws: _Draws, at: int) -> bool:
    return draws.gender[at] == 1 or (draws.gender[at] > 1 and draws.house[at] % 2 == 1)


def _address(draws: _Draws, at: int, country: str) -> tuple[str | None, ...]:
    if not draws.has_address[at]:
        return None, None, None, None, None, country
    towns, streets = _towns(country), _streets(country)
    town = towns[draws.town[at] % len(towns)]
    line1 = streets[draws.street[at] % len(streets)].format(draws.house[at])
    line2 = f"Apt. {draws.company[at] % 40 + 1}" if draws.company[at] % 7 == 0 else None
    return line1, line2, *town, country


def _birth_dates(keys: Keys, joined: Ints, wholesale: Flags) -> np.ndarray[Any, Any]:
    age = 18 + 62 * (uniform(keys, "age") * 0.5 + uniform(keys, "age too") * 0.5)
    known = ~wholesale & happens(keys, "birth date", 0.71)
    return nullable(joined - (age * 365.25).astype(np.int64), known)


def _acquisition(people: DemoPeople, who: Ints) -> Columns:
    keys = people.key[who]
    referred = referred_by(people, who) >= 0
    drawn_source = np.where(people.wholesale[who], FAIR, drawn(keys, "source", SOURCE_CARDS))
    source = np.where(referred, REFERRAL, drawn_source).tolist()
    campaigns = [_campaign(kind, day) for kind, day in zip(source, people.joined[who].tolist(), strict=True)]
    return {"acquisition_source": SOURCES[source], "acquisition_campaign": campaigns}


def _campaign(source: int, day: int) -> str | None:
    if source not in CAMPAIGNS:
        return None
    date = date_of(day)
    return f"{CAMPAIGNS[source]}-{SEASONS[date.month - 1]}-{date.year}"


def referred_by(people: DemoPeople, who: Ints) -> Ints:
    """The index of the customer who sent each of `who`, one who had joined on an earlier day; -1 for most."""
    keys, earlier = people.key[who], people.joined_before[who]
    referred = (earlier > 0) & happens(keys, "referred", REFERRED)
    return np.where(referred, (uniform(keys, "referrer") * earlier).astype(np.int64), -1)


def tag_columns(people: DemoPeople, who: Ints) -> tuple[Ints, Columns]:
    """For each tag of the customers `who` the position of its customer, and the rest of its row."""
    keys = people.key[who]
    first, second = drawn(keys, "tag", TAG_CARDS), drawn(keys, "second tag", TAG_CARDS)
    tagged = happens(keys, "tagged", 0.24)
    twice = tagged & happens(keys, "tagged twice", 0.2) & (first != second)
    tags = np.array(TAGS, object)
    return np.concatenate([who[tagged], who[twice]]), {
        "tag": np.concatenate([tags[first[tagged]], tags[second[twice]]])
    }


def external_columns(people: DemoPeople, who: Ints) -> tuple[Ints, Columns]:
    """For each identity in another system of the customers `who` its customer's position, and the rest of its row."""
    web = who[happens(people.key[who], "webshop", 0.34)]
    books = who[people.wholesale[who]]
    values = [f"W{index + 100_000}" for index in people.index[web].tolist()]
    values += [f"41{index:07d}" for index in people.index[books].tolist()]
    systems = ["webshop"] * len(web) + ["accounting"] * len(books)
    return np.concatenate([web, books]), {"system": systems, "value": values}


def consent_columns(customers: Columns, who: Ints) -> tuple[Ints, Columns]:
    """For each consent of these rows of customers, who are at the positions `who`, its customer's, and its event."""
    given = {channel: np.flatnonzero(customers[f"consent_{channel.lower()}"]) for channel in ConsentChannel}
    at = np.concatenate(list(given.values()))
    moments = customers["created_at"][at]
    same = {"status": ConsentStatus.GIVEN, "source": ConsentSource.IMPORT, "actor": "demo"}
    return who[at], {
        "channel": [channel.value for channel, places in given.items() for _ in range(len(places))],
        "at": moments,
        "recorded_at": moments,
        **{name: [str(value)] * len(at) for name, value in same.items()},
    }
