"""How e-mail addresses and phone numbers are read, and names and contacts as words to search and to order by."""

import re
import unicodedata
from datetime import datetime
from typing import Any

LONGEST_EMAIL = 320
PHONE_LIKE = re.compile(r"\+?[\d\s().\-/\u2010-\u2015]+")
LEAST_DIGITS = 4
# The columns of a contact: itself, and what is known of it.
OF_CONTACT = {
    "email": ("email", "email_as_typed", "is_email_verified", "email_verified_at", "email_bounced_at", "email_since"),
    "phone": ("phone", "is_phone_verified", "phone_verified_at", "phone_bounced_at", "phone_since"),
}
WORD = re.compile(r"[^\W_]+")


# ---------------------------------------------------------------- contacts


def email_of(text: str) -> str | None:
    """What an e-mail address is compared by, None where it is an impossible one: case-folded, its domain in IDNA."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  slow to import

    typed = email_as_typed(text)
    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return None
    folded = f"{found.local_part.casefold()}@{found.ascii_domain}"
    return folded if len(folded) <= LONGEST_EMAIL else None


def email_as_typed(text: str) -> str:
    """An e-mail address as it is shown: NFKC, without what nobody sees in it."""
    seen = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return "".join(seen).strip()


def phone_of(text: str, region: str | None) -> str | None:
    """The phone number that a text is in E.164, None where it is no valid one.

    One without a country code is of the `region`, an ISO 3166 code.
    """
    import phonenumbers  # noqa: PLC0415  slow to import: most processes read no phone number

    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if is_valid else None


def region_of(phone: str) -> str | None:
    """The ISO 3166 code of the country of an E.164 number, None where it is of none."""
    import phonenumbers  # noqa: PLC0415

    return phonenumbers.region_code_for_number(phonenumbers.parse(phone))


def national_digits(phone: str) -> str:
    """The digits that one dials inside the country of an E.164 number, nothing where it cannot be told."""
    import phonenumbers  # noqa: PLC0415

    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(digit for digit in dialled if digit.isdigit())


def unproven(contact: str, now: datetime) -> dict[str, Any]:
    """What is known of an e-mail or a phone, by column, that a customer has from now on: nothing was proven of it."""
    known = {f"is_{contact}_verified": False, f"{contact}_verified_at": None, f"{contact}_bounced_at": None}
    typed = {"email_as_typed": None} if contact == "email" else {}
    return {**known, **typed, f"{contact}_since": now}


def phone_endings(search: str, region: str | None) -> tuple[str, str] | None:
    """How a phone number in E.164 ends that somebody looks for, as written and as dialled; None for what is none.

    It is found by its last four digits or more, with whatever people put between them, national or international.
    """
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", search) if letter.isdigit())
    if not PHONE_LIKE.fullmatch(search.strip()) or len(digits) < LEAST_DIGITS:
        return None
    without_trunk = digits.lstrip("0")
    dialled = without_trunk if len(without_trunk) >= LEAST_DIGITS else digits
    return digits, phone_of(search, region) or dialled


# ---------------------------------------------------------------- words


def folded(text: str) -> str:
    """What two spellings of one value have in common: it is case-folded, and NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def search_words(*texts: str | None) -> str:
    """The distinct words of some texts: accents and case removed, split at what is no letter or digit."""
    words: dict[str, None] = {}
    for text in texts:
        if text:
            words.update(dict.fromkeys(WORD.findall(plain(text))))
    return " ".join(words)


def plain(text: str) -> str:
    """A text without accents and case."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


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
