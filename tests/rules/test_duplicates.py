"""Who may be one person, worked by hand."""

from datetime import date
from random import Random

import pytest

from bench.duplicates import found_of, planted
from rules.duplicates import (
    LARGEST_BLOCK,
    SHOWN_SCORE,
    DuplicateEvidence,
    PersonTraits,
    compared,
    ids_of_pair,
    likely_pairs,
    pair_key,
    traits_of,
)

E = DuplicateEvidence


def person(id_: int, name: str = "", email: str = "", phone: str = "", born: str = "", home: str = "") -> PersonTraits:
    first, _, last = name.partition(" ")
    line, _, postal = home.partition(" / ")
    birth_date = date.fromisoformat(born) if born else None
    return traits_of(id_, first or None, last or None, email or None, phone or None, birth_date, postal, line)


def test_what_is_compared_of_a_customer() -> None:
    home = "1 High St / SW1A 1AA"
    assert person(1, "Zoë O'Brien", "Z.OBrien+shop@example.com", "+442079460123", "1990-05-01", home) == (
        1, "brien o zoe", "zobrien", "9460123", "1990-05-01", "sw1a1aa", "1 high st",
    )  # fmt: skip
    assert person(2, "Ann", "info@example.com", "12345") == (2, None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("one", "other", "score", "evidence"),
    [
        (person(1, "Ann Lee", born="1990-05-01"), person(2, "Lee Ann", born="1990-05-01"), 0.8775,
         (E.SAME_NAME, E.SAME_BIRTH_DATE)),
        (person(1, "Ann Lee", phone="+442079460123"), person(2, "Ann Lee", phone="+352079460123"), 0.93,
         (E.SAME_PHONE_TAIL, E.SAME_NAME)),
        (person(1, "John Smith", "j.smith@a.com"), person(2, "Jon Smith", "jsmith+x@b.com"), 0.9,
         (E.SIMILAR_EMAIL, E.SIMILAR_NAME)),
        (person(1, "Ann Lee", home="1 High St / E1 6AN"), person(2, "Ann Lee", home="1, high st / e16an"), 0.86,
         (E.SAME_NAME, E.SAME_ADDRESS)),
        (person(1, "Ann Lee"), person(2, "Ann Lee"), 0.65, (E.SAME_NAME,)),
        # A family: one phone and one address, other names.
        (person(1, "Ann Lee", phone="+442079460123", home="1 High St / E1"),
         person(2, "Robert Lee", phone="+352079460123", home="1 High St / E1"), 0.46,
         (E.SAME_PHONE_TAIL, E.SAME_ADDRESS)),
        # Father and son.
        (person(1, "Ann Lee", phone="+442079460123", born="1960-01-01"),
         person(2, "Ann Lee", phone="+352079460123", born="1990-01-01"), 0.651, (E.SAME_PHONE_TAIL, E.SAME_NAME)),
        (person(1), person(2), 0.0, ()),
    ],
)  # fmt: skip
def test_how_likely_two_are_one(
    one: PersonTraits, other: PersonTraits, score: float, evidence: tuple[DuplicateEvidence, ...]
) -> None:
    assert compared(one, other) == compared(other, one) == (1, 2, score, evidence)


def test_only_who_shares_a_block_is_compared_and_no_block_is_large() -> None:
    same = [
        person(n, "Ann Lee", born=f"19{n:02}-01-01" if n < 90 else "1990-05-01") for n in range(1, LARGEST_BLOCK + 2)
    ]
    assert {(pair.first_id, pair.second_id) for pair in likely_pairs(same, SHOWN_SCORE)} == {
        (one, other) for one in range(90, 102) for other in range(one + 1, 102)
    }
    apart = [person(1, "John Smith", "john.smith@a.com"), person(2, "Jon Smith", "john.smyth@b.com")]
    assert likely_pairs(apart, 0.1) == []


def test_a_pair_has_one_number_whoever_is_named_first() -> None:
    assert pair_key(7, 3) == pair_key(3, 7)
    assert ids_of_pair(pair_key(3, 7)) == (3, 7)


def test_planted_duplicates_are_found_and_few_others() -> None:
    # Takes about a second: 5,000 people of few names, and 50 of them a second time. bench/duplicates.py has 100,000.
    people, pairs = planted(5_000, 50, Random(7))
    recall, precision = found_of(people, pairs)
    assert recall >= 0.95
    assert precision >= 0.9
