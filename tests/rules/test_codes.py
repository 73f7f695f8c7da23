"""Codes: how they read, how often one may be asked for, when one is tried again, and the mail that brings one."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.code_mails import code_message
from rules.codes import CodeAsked, CodeMail, check_ways, new_code, next_code_at, pause_after, read_code
from rules.problems import Problems

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def asked(contact: str, address: str, *minutes: int) -> list[CodeAsked]:
    """Codes that were asked for so many minutes ago."""
    return [CodeAsked(contact, address, NOW - timedelta(minutes=ago)) for ago in minutes]


def test_a_code_reads_the_same_however_it_is_typed() -> None:
    letters = iter("AB2C3D4E")
    assert new_code(lambda _: next(letters)) == "AB2C3D4E"
    assert read_code(" ab2c 3d4e\n") == "AB2C3D4E"


@pytest.mark.parametrize(
    ("before", "minutes"),
    [
        ([], None),
        (asked("ann", "home", 1, 2), None),
        (asked("ann", "home", 1, 2, 50), 10),  # three to a contact from one address
        (asked("ann", "home", 1, 2, 59, 60), 1),
        (asked("ann", "home", 1, 2, 60), None),  # an hour ago is not within the hour
        (asked("ann", "home", 1, 2) + asked("ben", "home", 3), None),
        ([one for place in range(9) for one in asked("ann", f"a{place}", 40)], None),
        ([one for place in range(10) for one in asked("ann", f"a{place}", 40)], 20),  # ten to a contact
        ([one for place in range(19) for one in asked(f"c{place}", "home", 30)], None),
        ([one for place in range(20) for one in asked(f"c{place}", "home", 30)], 30),  # twenty from an address
        (asked("ann", "home", 10, 20, 30) + [one for p in range(20) for one in asked(f"c{p}", "home", 5)], 55),
    ],
)
def test_codes_are_limited_by_contact_and_by_address(before: list[CodeAsked], minutes: int | None) -> None:
    free_at = next_code_at(before, CodeAsked("ann", "home", NOW))
    assert free_at == (None if minutes is None else NOW + timedelta(minutes=minutes))


def test_pauses_between_tries_grow_up_to_five_minutes() -> None:
    assert [pause_after(tries).total_seconds() for tries in range(1, 7)] == [5, 15, 45, 135, 300, 300]
    assert pause_after(1_000).total_seconds() == 300


@pytest.mark.parametrize(
    ("phone", "reaches", "said"),
    [
        ("+442079460958", True, None),
        ("+4366412345678", True, None),
        ("+33123456789", True, "Codes go to phone numbers of GB, AT alone: give one of those, or leave it out."),
        ("+442079460958", False, "Codes go to e-mails alone here: leave the phone out."),
        (None, False, None),
    ],
)
def test_codes_go_to_phones_of_a_few_countries(phone: str | None, reaches: bool, said: str | None) -> None:
    problems = Problems()
    check_ways(problems, phone, ["GB", "AT"], reaches_phones=reaches)
    assert [problem.message for problem in problems._found] == ([] if said is None else [said])


def test_a_mail_says_what_the_code_is_for_in_text_and_html() -> None:
    mail = CodeMail("ann@example.com", 'Nuts & "Bolts"\nBcc: x@example.com', "REGISTRATION", "AB2C3D4E", "12:30")
    message = code_message(mail, "codes@shop.example", NOW)
    assert message["To"] == "ann@example.com"
    assert message["From"].addresses[0].addr_spec == "codes@shop.example"
    assert message["From"].addresses[0].display_name == 'Nuts & "Bolts" Bcc: x@example.com'
    assert message["Subject"] == 'Your code for Nuts & "Bolts" Bcc: x@example.com'
    assert (message["Bcc"], message["Auto-Submitted"]) == (None, "auto-generated")
    plain, html = (part.get_content() for part in message.iter_parts())
    assert plain.startswith('Your code to confirm your e-mail address at Nuts & "Bolts" Bcc: x@example.com:')
    assert "    AB2C3D4E\n" in plain
    assert "It holds until 12:30." in plain
    assert "<strong>AB2C3D4E</strong>" in html
    assert "Nuts &amp; &quot;Bolts&quot;" in html
