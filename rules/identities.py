"""What a customer is known by: its number, and its identifiers in other systems."""

from collections.abc import Callable, Sequence
from datetime import date

from rules.codes import ALPHABET
from rules.problems import Problems, required_text, short_list
from rules.refusals import InputProblemCode

LONGEST_NUMBER = 64
LONGEST_SYSTEM = 80
LONGEST_VALUE = 200
MOST_EXTERNAL_IDS = 50
SUBJECT = "subject"  # the system under which the identity provider's subject is kept; no input may name it
CHARACTERS, WHERE_A_DAY_IS_FULL = 4, 5

ExternalIdPair = tuple[str, str]  # system and value


def new_number(day: date, chosen: Callable[[str], str], *, is_full: bool = False) -> str:
    """A number for a customer who has none, each character of its end `chosen` out of the alphabet of codes."""
    count = WHERE_A_DAY_IS_FULL if is_full else CHARACTERS
    return f"CUST-{day:%Y%m%d}-{''.join(chosen(ALPHABET) for _ in range(count))}"


def checked_external_ids(
    problems: Problems, name: str, pairs: Sequence[ExternalIdPair] | None
) -> tuple[ExternalIdPair, ...]:
    """Identifiers in other systems, each once."""
    few, inside = short_list(problems, name, pairs or (), most=MOST_EXTERNAL_IDS), problems.under(name)
    checked = (_external_id(inside.under(place), *pair) for place, pair in enumerate(few))
    return tuple(dict.fromkeys(checked))


def _external_id(problems: Problems, system: str, value: str) -> ExternalIdPair:
    named = required_text(problems, "system", system, longest=LONGEST_SYSTEM)
    if named.casefold() == SUBJECT:
        message = "This is where the identity provider's subject is kept: link it with `linkCustomer`."
        problems.add("system", InputProblemCode.UNKNOWN_VALUE, message)
    return named, required_text(problems, "value", value, longest=LONGEST_VALUE)
