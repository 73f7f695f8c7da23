"""Names and contacts as normalised words, for the search index and for the order by name."""

import re
import unicodedata

import phonenumbers

WORD = re.compile(r"[^\W_]+")


def search_words(*texts: str | None) -> str:
    """The distinct words of some texts: accents and case removed, split at what is no letter or digit."""
    words: dict[str, None] = {}
    for text in texts:
        if text:
            words.update(dict.fromkeys(WORD.findall(plain(text))))
    return " ".join(words)


def plain(text: str) -> str:
    """A text without accents and case."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def sort_name(number: str, first_name: str | None, last_name: str | None) -> str:
    """What the order by name compares: the case-folded name, else the number; at most 402 characters."""
    name = " ".join(part for part in (first_name, last_name) if part)
    return name.casefold()[:402] if name else number


def name_words(number: str, first_name: str | None, last_name: str | None) -> str:
    """The words by which a customer is found by number or name."""
    return search_words(number, first_name, last_name)


def contact_words(email: str | None, phone: str | None) -> str:
    """The words by which a customer is found by e-mail or by phone (E.164), dialled from abroad or at home."""
    return search_words(email, phone, national_digits(phone) if phone else None)


def national_digits(phone: str) -> str:
    """The digits that one dials inside the country of an E.164 number, nothing where it cannot be told."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(digit for digit in dialled if digit.isdigit())
