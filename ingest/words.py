"""Words in a file that stand for one of ours: of the file's own by a table, then those of the contract in any case."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from ingest.fields import YES_OR_NO
from ingest.identities import is_no_value
from ingest.problems import ImportProblem
from models.customers import CustomerType
from rules.selling import GIVEN_METHODS, PaymentMethod, SaleChannel, SaleStatus
from rules.words import did_you_mean, shown


class RowKind(StrEnum):
    """What a row of a file is about."""

    SALE = "SALE"
    REFUND = "REFUND"
    ORDER = "ORDER"  # of the whole order: no line of it
    PAYMENT = "PAYMENT"  # a payment for the sale
    NEITHER = "NEITHER"


NOT_OF_FILES = frozenset(set(PaymentMethod) - set(GIVEN_METHODS))  # what the loyalty program pays with
ANY_WORD = "*"
YES = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
WORDS: dict[str, type[StrEnum]] = {
    "kind": RowKind,
    "status": SaleStatus,
    "channel": SaleChannel,
    "payment_method": PaymentMethod,
    "customer_type": CustomerType,
}


def word_reader(name: str, table: Mapping[str, str]) -> Callable[[str], StrEnum | None]:
    """Reads one of a few words of a field, None where there is none; `table` are the file's own, case-folded."""
    what, words = name.replace("_", " "), [word for word in WORDS[name] if word not in NOT_OF_FILES]
    by_name = {word.value: word for word in words}

    def read(text: str) -> StrEnum | None:
        meant = _meant(text, table)
        if is_no_value(meant):
            return None
        try:
            return by_name[meant.upper().replace(" ", "_").replace("-", "_")]
        except KeyError:
            known = words if not table else [*table, *words]
            hint = f"; --words {name} {text}={words[0]} would say what it means"
            listed = ", ".join(str(word) for word in known if word != ANY_WORD)
            raise ValueError(f"{what} {shown(text)} is none of {listed}{did_you_mean(text, words)}{hint}") from None

    return read


def yes_or_no_reader(name: str, table: Mapping[str, str]) -> Callable[[str], bool | None]:
    """Reads yes/no, true/false or 1/0, or the file's own words for them; None where there is none."""
    what = name.replace("_", " ")

    def read(text: str) -> bool | None:
        meant = _meant(text, table)
        if is_no_value(meant) and meant != "0":
            return None
        if meant.lower() not in YES:
            raise ValueError(f"{what} {shown(text)} is neither yes nor no")
        return YES[meant.lower()]

    return read


def _meant(text: str, table: Mapping[str, str]) -> str:
    return table.get(text.casefold()) or (table.get(ANY_WORD, text) if text else text)


def check_words(words: Mapping[str, Mapping[str, str]], where: str) -> None:
    """ImportProblem where a word is said to mean what the field does not know."""
    for name, table in words.items():
        if name not in WORDS and name not in YES_OR_NO:
            continue
        read = word_reader(name, {}) if name in WORDS else yes_or_no_reader(name, {})
        for word, value in table.items():
            try:
                read(value)
            except ValueError as error:
                raise ImportProblem(f'{where}: the word "{word}" of {name}: {error}') from None
