"""Whose value a field has when two records become one, and what goes back."""

from datetime import datetime
from typing import Any, NamedTuple

import pytest

from rules.contacts import OF_CONTACT
from rules.merging import (
    FIELDS,
    DecidedField,
    JoinedOn,
    MergeChoice,
    MergedProfile,
    MergeSide,
    checked_choices,
    columns_taken,
    contact_back,
    earlier_given,
    joining_rows,
    merged_profile,
    put_back,
    replaced,
    returning_rows,
)
from rules.problems import Problems
from rules.refusals import InvalidInput

NOON = datetime(2026, 3, 5, 12)
NOTHING: dict[str, Any] = {column: None for columns in FIELDS.values() for column in columns}
NOTHING |= {"type": "RETAIL", "credit_limit": 0, "is_email_verified": False, "is_phone_verified": False}


def record(**columns: Any) -> dict[str, Any]:
    return {**NOTHING, **columns}


def test_empty_fields_are_filled_and_others_are_the_kept_ones_unless_chosen() -> None:
    keep = record(first_name="Ann", city="Leeds", credit_limit=0, notes="Tea")
    merge = record(first_name="Anna", last_name="Lee", line1="1 High Street", credit_limit=500, notes="Tea")
    kept_ones = merged_profile(keep, merge, {})
    names = ("firstName", "address", "creditLimit")
    assert kept_ones == MergedProfile(("lastName",), tuple(DecidedField(name, MergeSide.KEEP) for name in names))
    assert columns_taken(kept_ones.taken, merge) == {"last_name": "Lee"}
    chosen = merged_profile(keep, merge, {"address": MergeSide.MERGE, "notes": MergeSide.MERGE})
    assert chosen.taken == ("lastName", "address")
    address = {"line1": "1 High Street", "line2": None, "city": None, "state": None, "postal_code": None}
    assert columns_taken(chosen.taken, merge) == {"last_name": "Lee", **address, "country": None}


def test_a_contact_comes_with_what_is_known_of_it_and_is_told_by_itself() -> None:
    merge = record(email="m@example.com", is_email_verified=True, email_verified_at=NOON)
    filled = merged_profile(record(), merge, {})
    assert filled == MergedProfile(("email",), ())
    assert columns_taken(filled.taken, merge) == {
        "email": "m@example.com", "email_as_typed": None, "is_email_verified": True, "email_verified_at": NOON,
        "email_bounced_at": None, "email_since": None,
    }  # fmt: skip


def test_nothing_is_taken_from_an_empty_record() -> None:
    keep = record(first_name="Ann", email="k@example.com", notes="Tea")
    assert merged_profile(keep, record(), {"notes": MergeSide.MERGE}) == MergedProfile((), ())


@pytest.mark.parametrize(
    ("keep", "merge", "expected"),
    [
        (JoinedOn(10, False), JoinedOn(5, False), None),
        (JoinedOn(10, True), JoinedOn(5, False), JoinedOn(10, True)),
        (JoinedOn(10, False), JoinedOn(20, True), JoinedOn(20, True)),
        (JoinedOn(10, True), JoinedOn(5, True), JoinedOn(5, True)),
    ],
)
def test_the_earlier_given_day_of_joining_stays(keep: JoinedOn, merge: JoinedOn, expected: JoinedOn | None) -> None:
    assert earlier_given(keep, merge) == expected


def test_all_that_is_wrong_with_choices_is_told() -> None:
    problems = Problems()
    fields = ["email", "colour", "openingBalance", "joinedOn", "externalIds", "version", "email"]
    checked_choices(problems, "choices", [MergeChoice(field, MergeSide.KEEP) for field in fields])
    with pytest.raises(InvalidInput) as refused:
        problems.raise_if_any()
    assert [(".".join(one.path), one.code) for one in refused.value.problems] == [
        *((f"choices.{place}.field", "UNKNOWN_VALUE") for place in range(1, 6)),
        ("choices.6.field", "NOT_TOGETHER"),
    ]
    problems = Problems()
    checked_choices(problems, "choices", [MergeChoice("email", MergeSide.KEEP)] * 51)
    with pytest.raises(InvalidInput) as refused:
        problems.raise_if_any()
    assert refused.value.problems[0].code == "TOO_MANY"


# ---------------------------------------------------------------- taking them apart


def test_fields_that_were_edited_since_stay() -> None:
    before = record(first_name="Ann", gender=None)
    after = record(first_name="Anna", gender="f")
    assert replaced(before, after) == ("firstName", "email", "phone", "gender")
    columns = columns_taken(replaced(before, after), before), columns_taken(replaced(before, after), after)
    assert put_back(record(first_name="Anna", gender="f"), *columns) == {"first_name": "Ann", "gender": None}
    assert put_back(record(first_name="Hanna", gender="f"), *columns) == {"gender": None}


def test_a_contact_goes_back_as_it_is_known_now_unless_somebody_took_it() -> None:
    own = record(phone="+441", is_phone_verified=False)
    blank = columns_taken(["phone"], record())
    holder = record(phone="+441", is_phone_verified=True, phone_verified_at=NOON)
    assert contact_back("phone", own, [record(phone="+442"), holder], ()) == columns_taken(["phone"], holder)
    assert contact_back("phone", own, [record(phone="+442"), record()], ()) == columns_taken(["phone"], own)
    assert contact_back("phone", own, [record(), record()], {"+441"}) == blank
    assert contact_back("phone", record(), [record(phone="+441"), record()], ()) == blank
    assert set(blank) == set(OF_CONTACT["phone"])


class Tag(NamedTuple):
    tag: str
    of: str


def test_rows_move_unless_their_like_is_there_and_go_back_as_they_were() -> None:
    kept, merged = [Tag("vip", "keep")], [Tag("vip", "merge"), Tag("tea", "merge")]
    assert joining_rows(merged, kept, ("tag",)) == [Tag("tea", "merge")]
    assert joining_rows(merged, kept, ()) == merged
    now = [Tag("vip", "keep"), Tag("tea", "keep"), Tag("new", "keep")]
    assert returning_rows(now, [{"tag": "tea"}, {"tag": "gone"}]) == [Tag("tea", "keep")]
    assert returning_rows(now, []) == []
