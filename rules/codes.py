"""Codes that people read out to each other or get to prove a contact: how they read, and how often one is sent."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.contacts import region_of
from rules.problems import Problems
from rules.refusals import InputProblemCode

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
TRIES = 5
HOUR = timedelta(hours=1)
OF_A_CONTACT_FROM_AN_ADDRESS, OF_A_CONTACT, FROM_AN_ADDRESS = 3, 10, 20  # codes an hour
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
LONGER_PAUSES = 4


class CodeOutcome(StrEnum):
    """What became of a code."""

    SENT = "sent"
    LATER = "later"  # it is tried again
    REFUSED = "refused"  # for good, by who should have taken it
    EXPIRED = "expired"
    OVER_LIMIT = "over_limit"  # of the business's day
    NOBODYS = "nobodys"  # of somebody inactive, or to sign in with a contact that nobody has
    NO_WAY = "no_way"


class CodeMail(NamedTuple):
    """A code and who gets it: `shop` is the business's name, `until` the time of its day when the code is over."""

    to: str
    shop: str
    purpose: str
    code: str
    until: str


def new_code(chosen: Callable[[str], str], length: int = LENGTH) -> str:
    """A code, each character of it `chosen` out of the alphabet."""
    return "".join(chosen(ALPHABET) for _ in range(length))


def read_code(text: str) -> str:
    """A code as it was given out, however it was typed: case and blanks do not matter."""
    return "".join(text.split()).upper()


class CodeAsked(NamedTuple):
    """A code that was asked for: to which contact, from which address, when."""

    contact: str
    address: str
    at: datetime


def next_code_at(before: Iterable[CodeAsked], asked: CodeAsked) -> datetime | None:
    """When a code that is asked for now may be, None where that is at once: each limit is of the hour before it."""
    recent = [one for one in before if one.at > asked.at - HOUR]
    to_it = [one.at for one in recent if one.contact == asked.contact]
    from_there = [one.at for one in recent if one.address == asked.address]
    both = [one.at for one in recent if (one.contact, one.address) == (asked.contact, asked.address)]
    limits = ((both, OF_A_CONTACT_FROM_AN_ADDRESS), (to_it, OF_A_CONTACT), (from_there, FROM_AN_ADDRESS))
    return max((sorted(times)[-most] + HOUR for times, most in limits if len(times) >= most), default=None)


def pause_after(tries: int) -> timedelta:
    """How long nobody tries to send a code after so many tries that failed."""
    return min(FIRST_PAUSE * 3 ** min(tries - 1, LONGER_PAUSES), LONGEST_PAUSE)


def check_ways(problems: Problems, phone: str | None, regions: Sequence[str], *, reaches_phones: bool) -> None:
    """Tell of a phone number to which no code goes: of another country, or where codes go by mail alone."""
    if phone is not None and not reaches_phones:
        message = "Codes go to e-mails alone here: leave the phone out."
        problems.add("phone", InputProblemCode.UNKNOWN_VALUE, message)
    elif phone is not None and region_of(phone) not in regions:
        message = f"Codes go to phone numbers of {', '.join(regions)} alone: give one of those, or leave it out."
        problems.add("phone", InputProblemCode.UNKNOWN_VALUE, message)
