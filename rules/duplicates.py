"""Pairs of customers that may be one person: who is compared with whom, on what evidence, and how likely it is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from rules.contacts import plain, search_words


class DuplicateEvidence(StrEnum):
    """Why two customers may be one person."""

    SIMILAR_EMAIL = "SIMILAR_EMAIL"
    SAME_PHONE_TAIL = "SAME_PHONE_TAIL"
    SAME_NAME = "SAME_NAME"
    SIMILAR_NAME = "SIMILAR_NAME"
    SAME_BIRTH_DATE = "SAME_BIRTH_DATE"
    SAME_ADDRESS = "SAME_ADDRESS"


# How often two customers with this in common are one person, each taken by itself.
WEIGHTS = {
    DuplicateEvidence.SIMILAR_EMAIL: 0.8,
    DuplicateEvidence.SAME_PHONE_TAIL: 0.8,
    DuplicateEvidence.SAME_NAME: 0.65,
    DuplicateEvidence.SIMILAR_NAME: 0.5,
    DuplicateEvidence.SAME_BIRTH_DATE: 0.65,
    DuplicateEvidence.SAME_ADDRESS: 0.6,
}
OTHER_NAME = 0.5  # what is left of the likelihood where both have a name and those are unlike: a family
OTHER_BIRTH_DATE = 0.7
SHOWN_SCORE = 0.85
LARGEST_BLOCK = 100
TAIL_DIGITS = 7
LEAST_LOCAL = 4
OF_OFFICES = frozenset(("admin", "contact", "info", "mail", "office", "sales", "shop", "team"))
ALIKE_NAMES, ALIKE_EMAILS, ALIKE_ADDRESSES = 85.0, 90.0, 90.0  # of 100, as rapidfuzz counts


class PersonTraits(NamedTuple):
    """What of a customer is compared; None where it is not known."""

    id: int
    name: str | None
    local: str | None
    tail: str | None
    born: str | None
    postal_code: str | None
    line: str | None

    @property
    def blocks(self) -> Iterator[tuple[str, str]]:
        """The exact traits by which customers are found that may be this one."""
        for kind in ("name", "local", "tail", "born", "postal_code"):
            value = getattr(self, kind)
            if value is not None:
                yield kind, value


class LikelyPair(NamedTuple):
    """Two customers, the smaller id first, how likely they are one person from 0 to 1, and why."""

    first_id: int
    second_id: int
    score: float
    evidence: tuple[DuplicateEvidence, ...]


def traits_of(  # noqa: PLR0913  what is compared
    id_: int,
    first_name: str | None,
    last_name: str | None,
    email: str | None,
    phone: str | None,
    birth_date: date | str | None,
    postal_code: str | None,
    line1: str | None,
) -> PersonTraits:
    """What of a customer is compared with others."""
    words = sorted(search_words(first_name, last_name).split())
    digits = _digits(phone or "")
    return PersonTraits(
        id=id_,
        name=" ".join(words) if len(words) > 1 else None,  # one word is no name of one person
        local=_local(email),
        tail=digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS else None,
        born=str(birth_date) if birth_date is not None else None,
        postal_code="".join(plain(postal_code).split()) if postal_code else None,
        line=search_words(line1) or None,
    )


def likely_pairs(people: Iterable[PersonTraits], least: float) -> list[LikelyPair]:
    """The pairs of people in a block who are one person with a likelihood of `least` or more."""
    blocks: defaultdict[tuple[str, str], list[PersonTraits]] = defaultdict(list)
    for person in people:
        for block in person.blocks:
            blocks[block].append(person)
    found: dict[tuple[int, int], LikelyPair] = {}
    tried = set[tuple[int, int]]()
    for block in blocks.values():
        if 1 < len(block) <= LARGEST_BLOCK:
            _compare(block, least, tried, found)
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.first_id, pair.second_id))


def _compare(
    block: Sequence[PersonTraits],
    least: float,
    tried: set[tuple[int, int]],
    found: dict[tuple[int, int], LikelyPair],
) -> None:
    for one, other in combinations(sorted(block), 2):
        ids = (one.id, other.id)
        if ids in tried:
            continue
        tried.add(ids)
        pair = compared(one, other)
        if pair.score >= least:
            found[ids] = pair


def compared(one: PersonTraits, other: PersonTraits) -> LikelyPair:
    """How likely two customers are one person, and why."""
    from rapidfuzz import fuzz  # noqa: PLC0415  most processes compare nobody

    evidence = list[DuplicateEvidence]()
    alike = fuzz.token_sort_ratio(one.name, other.name) if one.name and other.name else None
    if _alike_emails(one.local, other.local):
        evidence.append(DuplicateEvidence.SIMILAR_EMAIL)
    if one.tail is not None and one.tail == other.tail:
        evidence.append(DuplicateEvidence.SAME_PHONE_TAIL)
    if alike is not None and alike >= ALIKE_NAMES:
        same = one.name == other.name
        evidence.append(DuplicateEvidence.SAME_NAME if same else DuplicateEvidence.SIMILAR_NAME)
    if one.born is not None and one.born == other.born:
        evidence.append(DuplicateEvidence.SAME_BIRTH_DATE)
    if _same_address(one, other):
        evidence.append(DuplicateEvidence.SAME_ADDRESS)
    score = _together(evidence)
    if alike is not None and alike < ALIKE_NAMES:
        score *= OTHER_NAME
    if one.born is not None and other.born is not None and one.born != other.born:
        score *= OTHER_BIRTH_DATE
    first, second = sorted((one.id, other.id))
    return LikelyPair(first, second, round(score, 4), tuple(evidence))


def _together(evidence: Iterable[DuplicateEvidence]) -> float:
    against = 1.0
    for one in evidence:
        against *= 1 - WEIGHTS[one]
    return 1 - against


def _local(email: str | None) -> str | None:
    local = plain((email or "").rpartition("@")[0]).partition("+")[0].replace(".", "")
    return local if len(local) >= LEAST_LOCAL and local not in OF_OFFICES else None


def _alike_emails(one: str | None, other: str | None) -> bool:
    """Whether two are the same but for a slip: those of namesakes differ in their digits."""
    from rapidfuzz import fuzz  # noqa: PLC0415

    if one is None or other is None or one == other:
        return one is not None and one == other
    return _digits(one) == _digits(other) and fuzz.ratio(one, other) >= ALIKE_EMAILS


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _same_address(one: PersonTraits, other: PersonTraits) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415

    if one.postal_code is None or one.postal_code != other.postal_code or not one.line or not other.line:
        return False
    return fuzz.token_sort_ratio(one.line, other.line) >= ALIKE_ADDRESSES


def pair_key(first_id: int, second_id: int) -> int:
    """One number for a pair, by which its id is made."""
    low, high = sorted((first_id, second_id))
    return low << HALF_KEY | high


def ids_of_pair(key: int) -> tuple[int, int]:
    """The two ids of a pair's number."""
    return key >> HALF_KEY, key & ((1 << HALF_KEY) - 1)


HALF_KEY = 32  # bits: an id has 64, and a customer beyond four thousand million is in no pair
