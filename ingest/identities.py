"""Who or what a cell names: numbers, codes and e-mail addresses by which rows of several files belong together."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from rules.words import shown

LONGEST_IDENTITY = 64
NO_VALUE = frozenset({"", "0", "-", "--", "–", "—", "null", "nan", "none", "n/a", "#n/a"})
TOO_LONG_A_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+")
WHOLE_NUMBER = re.compile(r"[0-9]+\.0")


def is_no_value(text: str) -> bool:
    """Whether a trimmed text is one of those that programs write where there is nothing."""
    return len(text) <= 4 and text.casefold() in NO_VALUE


def identity_of(text: str, *, at_most: int = LONGEST_IDENTITY) -> str | None:
    """The identity that a text is, the same however it was typed; None for nobody."""
    if "\0" in text:
        raise ValueError(f"{shown(text.replace(chr(0), '�'))} contains a NUL character")
    identity = unicodedata.normalize("NFC", text.strip())
    if identity.startswith("'"):  # by which a spreadsheet keeps a number as text
        identity = identity[1:].lstrip()
    if is_no_value(identity):
        return None
    if TOO_LONG_A_NUMBER.fullmatch(identity):
        raise ValueError(f"{shown(identity)}: a spreadsheet has destroyed this number; export it again as text")
    if "@" in identity:
        identity = unicodedata.normalize("NFC", identity.casefold())
    if len(identity) > at_most:
        raise ValueError(f"{shown(identity)} is longer than {at_most} characters")
    return identity


def identity_reader(
    what: str, *, whole_numbers: bool, at_most: int, may_be_zero: bool = False
) -> Callable[[str], str | None]:
    """Reads an identity, None for nobody; of a column of `whole_numbers`, 42.0 is 42. 0 is nobody, or `may_be_zero`."""

    def read(text: str) -> str | None:
        if may_be_zero and text == "0":
            return text
        if whole_numbers and WHOLE_NUMBER.fullmatch(text.strip()):
            text = text.strip()[:-2]
        try:
            return identity_of(text, at_most=at_most)
        except ValueError as error:
            raise ValueError(f"{what} {error}") from None

    return read


class IdentitySurvey:
    """Whether a column holds nothing but whole numbers as 42.0: a spreadsheet took identities for quantities."""

    def __init__(self) -> None:
        self._has_number = False
        self._has_other = False

    def add(self, texts: Iterable[str]) -> None:
        """Look at some texts of the column."""
        if self._has_other:
            return
        for text in texts:
            trimmed = text.strip()
            if WHOLE_NUMBER.fullmatch(trimmed):
                self._has_number = True
            elif not is_no_value(trimmed):
                self._has_other = True
                return

    @property
    def are_whole_numbers(self) -> bool:
        """Whether all of the texts that name somebody are such numbers, and there is one."""
        return self._has_number and not self._has_other
