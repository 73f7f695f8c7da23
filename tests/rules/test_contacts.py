"""How e-mail addresses and phone numbers are read."""

import pytest

from rules.contacts import email_of, national_digits, phone_of


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.Lee+Shop@Example.CO.UK", "ann.lee+shop@example.co.uk"),
        ("GROẞ@example.de", "gross@example.de"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
        (f"{'a' * 243}@example.com", None),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("Ann@xn--bcher-kva.EXAMPLE", "ann@xn--bcher-kva.example"),
        ("jörg@example.com", "jörg@example.com"),
        ("ａｎｎ＠example．com", "ann@example.com"),
        ("a\u200bnn@exam\u00adple.com\ufeff", "ann@example.com"),
        ("a..nn@example.com", None),
        (".ann@example.com", None),
        ("ann@-example.com", None),
        ("ann@example.123", None),
        ("ann@localhost", None),
        ("", None),
        ("ann", None),
        ("ann@example", None),
        ("ann@example..com", None),
        ("ann@@example.com", None),
        ("ann lee@example.com", None),
        (" ann@example.com ", "ann@example.com"),
        ("a\0n@example.com", None),
    ],
)
def test_an_email_is_case_folded_and_possible(text: str, email: str | None) -> None:
    assert email_of(text) == email


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0044 20 7946 0018", "FR", "+442079460018"),
        ("020 7946 0018", None, None),  # of no country
        ("020 7946", "GB", None),
        ("+44 20 7946 00189", "GB", None),
        ("call me", "GB", None),
        ("", "GB", None),
    ],
)
def test_a_phone_number_is_valid_and_in_e164(text: str, region: str | None, phone: str | None) -> None:
    assert phone_of(text, region) == phone


@pytest.mark.parametrize(
    ("phone", "digits"), [("+442079460018", "02079460018"), ("+33612345678", "0612345678"), ("2079", ""), ("", "")]
)
def test_what_is_dialled_at_home(phone: str, digits: str) -> None:
    assert national_digits(phone) == digits
