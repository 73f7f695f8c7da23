"""What is said of a customer, as it is kept: checked as far as that can be without the store."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rules.contacts import LONGEST_EMAIL, email_as_typed, email_of, phone_of
from rules.problems import Problems, optional_text, required_text, short_list
from rules.refusals import InputProblemCode
from rules.words import in_contract

LONGEST = {
    "first_name": 200,
    "last_name": 200,
    "gender": 40,
    "acquisition_source": 120,
    "acquisition_campaign": 120,
    "notes": 10_000,
}
ADDRESS = {"line1": 200, "line2": 200, "city": 120, "state": 120, "postal_code": 32, "country": 120}
AMOUNTS = ("credit_limit", "opening_balance")
OF_MANAGERS = frozenset(AMOUNTS)
LONGEST_PHONE = 40
LONGEST_TAG = 80
MOST_TAGS = 250
MOST_OWED = Decimal(10**12)
FIRST_BIRTH = date(1900, 1, 1)


def checked_profile(problems: Problems, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a profile by the fields that were given; null clears. A phone may still be without its country."""
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name in LONGEST:
            checked[name] = optional_text(problems, in_contract(name), value, longest=LONGEST[name])
        elif name in CHECKS:
            checked |= CHECKS[name](problems, value)
        else:
            checked[name] = value
    return checked


def _type(problems: Problems, value: Any) -> dict[str, Any]:
    if value is None:
        problems.add("type", InputProblemCode.REQUIRED, "This is always set: leave it out to keep what it is.")
    return {"type": value}


def _email(problems: Problems, text: str | None) -> dict[str, Any]:
    cleaned = optional_text(problems, "email", text, longest=LONGEST_EMAIL)
    if cleaned is None or len(cleaned) > LONGEST_EMAIL:
        return {"email": None, "email_as_typed": None}
    folded, typed = email_of(cleaned), email_as_typed(cleaned)
    if folded is None:
        problems.add("email", InputProblemCode.INVALID_FORMAT, "Give an e-mail address like ann@example.com.")
    return {"email": folded, "email_as_typed": None if typed == folded else typed}


def _phone(problems: Problems, text: str | None) -> dict[str, Any]:
    cleaned = optional_text(problems, "phone", text, longest=LONGEST_PHONE)
    if cleaned is None or not cleaned.startswith(("+", "＋")):
        return {"phone": cleaned}
    return {"phone": phone_in(problems, cleaned, None)}


def phone_in(problems: Problems, text: str, region: str | None) -> str | None:
    """A phone number in E.164; one without its country is of the region."""
    phone = phone_of(text, region)
    if phone is None:
        message = "Give a phone number as it is dialled here, or with its country like +44 20 7946 0018."
        problems.add("phone", InputProblemCode.INVALID_FORMAT, message)
    return phone


def _address(problems: Problems, parts: Mapping[str, str | None] | None) -> dict[str, Any]:
    inside, given = problems.under("address"), parts or {}
    return {
        name: optional_text(inside, in_contract(name), given.get(name), longest=most) for name, most in ADDRESS.items()
    }


def _birth_date(problems: Problems, day: date | None) -> dict[str, Any]:
    if day is not None and day < FIRST_BIRTH:
        message = f"Give a day from {FIRST_BIRTH} on: nobody alive was born before."
        problems.add("birthDate", InputProblemCode.OUT_OF_RANGE, message)
    return {"birth_date": day}


def _amount(name: str, lowest: Decimal) -> Callable[[Problems, Decimal | None], dict[str, Any]]:
    def check(problems: Problems, amount: Decimal | None) -> dict[str, Any]:
        if amount is not None and not lowest <= amount <= MOST_OWED:
            message = f"Give an amount from {lowest:,} to {MOST_OWED:,}."
            problems.add(in_contract(name), InputProblemCode.OUT_OF_RANGE, message)
        return {name: amount}

    return check


CHECKS: Mapping[str, Callable[[Problems, Any], dict[str, Any]]] = {
    "type": _type,
    "email": _email,
    "phone": _phone,
    "address": _address,
    "birth_date": _birth_date,
    "credit_limit": _amount("credit_limit", Decimal(0)),
    "opening_balance": _amount("opening_balance", -MOST_OWED),
}


def checked_tags(problems: Problems, name: str, tags: Sequence[str] | None) -> tuple[str, ...]:
    """Tags, each once."""
    few, inside = short_list(problems, name, tags or (), most=MOST_TAGS), problems.under(name)
    checked = (required_text(inside, str(place), tag, longest=LONGEST_TAG) for place, tag in enumerate(few))
    return tuple(dict.fromkeys(tag for tag in checked if tag))


def past_day(problems: Problems, name: str, day: date | None, today: date) -> None:
    """Tell of a day that has not come yet."""
    if day is not None and day > today:
        problems.add(name, InputProblemCode.IN_THE_FUTURE, f"Give a day up to today, {today}.")
