"""How one cell of text is read: numbers, moments, words and contacts; a ValueError says why one cannot be."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.contacts import email_of, phone_of
from rules.days import BusinessMoment, business_moment, instant_of, noon_of
from rules.words import shown

MILLION_DIGITS = 6
BIGGEST = 2**63 - 1  # what a column of the store holds
REMEMBERED = 20_000


class Unreadable(NamedTuple):
    """In the place of a value: why its text could not be read."""

    reason: str


class Moment(NamedTuple):
    """When something happened, and where that falls in the calendar of the business."""

    instant: datetime  # in UTC
    business_day: int
    business_month: int
    weekday: int
    hour: int | None  # null where the source has no time of day


class Reading(dict[str, Any]):
    """What texts of one column mean, remembered: the same few texts come back in most columns.

    Gives `Unreadable` for a text that cannot be read, and `failed` says that there has been one.
    """

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read
        self.failed = False

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        try:
            value = self.read(text.strip())
        except ValueError as error:
            value, self.failed = Unreadable(str(error)), True
        self[text] = value
        return value


def text_reader(what: str, length: int) -> Callable[[str], str | None]:
    """Reads a text of at most `length` characters, None where there is none."""

    def read(text: str) -> str | None:
        if "\0" in text:
            raise ValueError(f"{what} contains a NUL character")
        if len(text) > length:
            raise ValueError(f"{what} {shown(text)} is longer than {length} characters")
        return text or None

    return read


def moment_at(value: date | datetime, zone: ZoneInfo) -> Moment:
    """A date, a wall-clock time or an instant as a moment of the business."""
    if not isinstance(value, datetime):
        instant = instant_of(noon_of(value), zone)
        return Moment(instant.astimezone(UTC), *business_moment(instant, zone)[:3], None)
    instant = value if value.tzinfo else instant_of(value, zone)
    calendar: BusinessMoment = business_moment(instant.astimezone(UTC), zone)
    return Moment(instant.astimezone(UTC), *calendar)


class Contacts:
    """Reads e-mail addresses and phone numbers; one that is impossible is left out and counted, and rejects no row."""

    def __init__(self, region: str | None) -> None:
        self.region = region
        self.dropped = 0

    def email(self, text: str) -> str | None:
        """A case-folded address, None where there is none or it is impossible."""
        return self._counted(text, email_of(text))

    def phone(self, text: str) -> str | None:
        """A number in E.164, one without country code being of the business's region; None where it is impossible."""
        return self._counted(text, phone_of(text, self.region))

    def _counted(self, text: str, contact: str | None) -> str | None:
        self.dropped += bool(text) and contact is None
        return contact


def first_unreadable(values: Iterable[Any]) -> Unreadable | None:
    """The first of some read values that could not be read."""
    return next((value for value in values if type(value) is Unreadable), None)
