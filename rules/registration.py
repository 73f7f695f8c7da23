"""What a customer says in registering, as it is kept until a code proves a contact."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import orjson

from rules.consents import CONTACTS, ConsentChannel, ConsentGiven, ConsentSource
from rules.problems import Problems
from rules.refusals import InputProblemCode

KEPT = timedelta(days=30)
LONGEST_REFERRAL_CODE = 40


def contacts_given(problems: Problems, given: Mapping[str, Any]) -> None:
    """Tell where nothing is given to which a code could go."""
    if given.get("email") is None and given.get("phone") is None:
        problems.add("email", InputProblemCode.REQUIRED, "Give an e-mail or a phone: a code goes there.")


def as_given(columns: Mapping[str, Any], consents: Sequence[ConsentGiven], referral_code: str | None) -> str:
    """A registration as JSON."""
    said = {name: value for name, value in columns.items() if name not in CONTACTS.values() and value is not None}
    spoken = [[one.channel, one.given, one.wording] for one in consents]
    return orjson.dumps({"columns": said, "consents": spoken, "referralCode": referral_code}).decode()


def columns_given(text: str) -> dict[str, Any]:
    """The columns of a customer that a registration gives, but for the contacts."""
    columns: dict[str, Any] = orjson.loads(text)["columns"]
    if "birth_date" in columns:
        columns["birth_date"] = date.fromisoformat(columns["birth_date"])
    return columns


def referral_code_given(text: str) -> str | None:
    """The referral code of a registration, if one was given."""
    return orjson.loads(text)["referralCode"]


def consents_given(text: str, proven: str, *, is_first: bool) -> tuple[ConsentGiven, ...]:
    """The consents of a registration that count once a contact (`email` or `phone`) is proven.

    Those of its channel; with the first one also withdrawals, and those that need no contact.
    """
    spoken = [(ConsentChannel(channel), given, wording) for channel, given, wording in orjson.loads(text)["consents"]]
    counts = [
        (channel, given, wording)
        for channel, given, wording in spoken
        if (is_first if not given or channel not in CONTACTS else CONTACTS[channel] == proven)
    ]
    return tuple(
        ConsentGiven(channel, given, None, ConsentSource.REGISTRATION, wording) for channel, given, wording in counts
    )
