"""Duplicates planted among many customers: how many the search finds, how many others, and how long it takes."""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from rules.duplicates import SHOWN_SCORE, PersonTraits, likely_pairs, traits_of

NAMES = """James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph
    Jessica Thomas Karen Charles Sarah Daniel Nancy Matthew Lisa Anthony Betty Mark Sandra Paul Ashley Steven Emily
    Andrew Donna Kenneth Carol Joshua Amanda Kevin Melissa Brian Deborah George Stephanie Edward Rebecca"""
STEMS = """Ander Bar Black Brook Car Clay Crow Dal Den East Fair Glen Green Hard Hart Hol Kings Lang Long Mar Nor Oak
    Pat Pres Rams Red Ross Shel Staf Sten Thorn Wal War West White Whit Win Wood York"""
FIRST, BEGINNINGS = NAMES.split(), STEMS.split()
ENDINGS = ("son", "man", "ton", "ford", "ley", "well", "worth", "field", "wood", "berg")
STREETS = ("High", "Church", "Station", "Park", "Mill", "London", "Victoria", "Green", "Bridge", "Chapel")
HOSTS = ("example.com", "example.org", "example.net")
PEOPLE, PLANTED = 100_000, 1_000

Known = dict[str, str | None]


def planted(count: int, twice: int, random: Random) -> tuple[list[PersonTraits], set[tuple[int, int]]]:
    """So many people, some of whom are there a second time, and those pairs."""
    known = [_somebody(place, random) for place in range(count)]
    people = [_traits(place + 1, one) for place, one in enumerate(known)]
    pairs = set[tuple[int, int]]()
    for place, of in enumerate(random.sample(range(count), twice)):
        people.append(_traits(count + place + 1, _again(known[of], random)))
        pairs.add((of + 1, count + place + 1))
    return people, pairs


def found_of(people: Sequence[PersonTraits], pairs: set[tuple[int, int]]) -> tuple[float, float]:
    """How many of the pairs the search finds, and how many of what it finds are such."""
    found = {(pair.first_id, pair.second_id) for pair in likely_pairs(people, SHOWN_SCORE)}
    return len(found & pairs) / len(pairs), len(found & pairs) / max(len(found), 1)


def _somebody(place: int, random: Random) -> Known:
    first, last = random.choice(FIRST), random.choice(BEGINNINGS) + random.choice(ENDINGS)
    born = date(1940, 1, 1) + timedelta(days=random.randrange(25_000))
    return {
        "first": first,
        "last": last,
        "email": f"{first}.{last}{place}@{random.choice(HOSTS)}".lower() if random.random() < 0.8 else None,
        "phone": f"+4420{random.randrange(10**8):08}" if random.random() < 0.8 else None,
        "born": born.isoformat() if random.random() < 0.6 else None,
        "postal": f"E{random.randrange(20)} {random.randrange(10)}{random.choice('ABDEFG')}{random.choice('HJLN')}",
        "line": f"{random.randrange(1, 200)} {random.choice(STREETS)} Street",
    }


def _again(known: Known, random: Random) -> Known:
    """The same person as somebody else would type it: another e-mail or none, a slip in the name, a field missing."""
    name = known["last"] or ""
    slip = random.randrange(1, len(name) - 1)
    typed = name[:slip] + name[slip + 1 :] if random.random() < 0.3 else name
    local = (known["email"] or "").partition("@")[0].replace(".", "")
    email = f"{local}+new@mail.example" if local and random.random() < 0.6 else None
    phone = "+35" + known["phone"][3:] if known["phone"] and random.random() < 0.6 else None
    born = known["born"] if random.random() < 0.8 else None
    if email is None and phone is None and born is None:
        born = known["born"]
    return {**known, "last": typed, "email": email, "phone": phone, "born": born}


def _traits(id_: int, known: Known) -> PersonTraits:
    own = (known["first"], known["last"], known["email"], known["phone"], known["born"], known["postal"], known["line"])
    return traits_of(id_, *own)


def main() -> None:
    """Print recall, precision and seconds."""
    people, pairs = planted(PEOPLE, PLANTED, Random(1))
    begun = perf_counter()
    recall, precision = found_of(people, pairs)
    seconds = perf_counter() - begun
    print(f"{PLANTED:,} planted among {PEOPLE:,}: recall {recall:.3f}, precision {precision:.3f}, {seconds:.1f} s")


if __name__ == "__main__":
    main()
