"""What a cell names, however it was typed, and what names nobody."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identities import IdentitySurvey, identity_of, identity_reader, is_no_value


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("42", "42"),
        ("  A-7 ", "A-7"),
        ("007", "007"),
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("STRASSE@straße.de", "strasse@strasse.de"),
        ("Cafe\u0301", "Café"),
        ("CUST1", "CUST1"),
        ("'01234", "01234"),
        ("'+12125550123", "+12125550123"),
        ("42.0", "42.0"),
        ("12E5", "12E5"),  # a code: a spreadsheet would have written 1.20E+06
        ("#1001", "#1001"),
    ],
)
def test_an_identity_is_the_same_however_it_was_typed(text, identity):
    assert identity_of(text) == identity


@pytest.mark.parametrize(
    "text", ["", "  ", "0", "'0", "NULL", "null", "NaN", "nan", "None", "N/A", "n/a", "#N/A", "-", "–", "'"]
)
def test_nobody(text):
    assert identity_of(text) is None
    assert is_no_value(text.strip().removeprefix("'"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1.23E+12", '"1.23E+12": a spreadsheet has destroyed this number'),
        ("1,23e+12", "a spreadsheet has destroyed this number"),
        ("5E+15", "a spreadsheet has destroyed this number"),
        ("a\0b", "contains a NUL character"),
        ("x" * 65, "is longer than 64 characters"),
    ],
)
def test_what_is_no_identity(text, problem):
    with pytest.raises(ValueError, match=r".*" + problem.replace("+", r"\+")):
        identity_of(text)


def test_a_reader_names_what_it_reads_and_knows_its_length():
    read = identity_reader("customer", whole_numbers=False, at_most=3)
    assert read("abc") == "abc"
    with pytest.raises(ValueError, match=r'^customer "abcd" is longer than 3 characters$'):
        read("abcd")


@pytest.mark.parametrize(
    ("text", "identity"), [("42.0", "42"), (" 7.0 ", "7"), ("0.0", None), ("nan", None), ("", None)]
)
def test_numbers_that_were_taken_for_quantities_are_whole_again(text, identity):
    assert identity_reader("customer", whole_numbers=True, at_most=64)(text) == identity


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["42.0", "7.0", "", "nan"], True),
        (["42.0", "0"], True),
        (["42.0", "42"], False),
        (["42.0", "A1"], False),
        (["42.5", "42.0"], False),
        (["42"], False),
        (["", "nan"], False),
        ([], False),
    ],
)
def test_a_column_of_whole_numbers(texts, whole):
    at_once, one_by_one = IdentitySurvey(), IdentitySurvey()
    at_once.add(texts)
    for text in texts:
        one_by_one.add([text])
    assert at_once.are_whole_numbers is one_by_one.are_whole_numbers is whole


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_an_identity_nobody_or_told_why_not(text, whole_numbers):
    try:
        identity = identity_reader("customer", whole_numbers=whole_numbers, at_most=64)(text)
    except ValueError as error:
        assert str(error).startswith("customer ")  # noqa: PT017  no text but some is refused
    else:
        assert identity is None or (identity == unicodedata.normalize("NFC", identity) and 0 < len(identity) <= 64)


@given(st.emails())
def test_an_address_is_one_in_any_case(email):
    if len(email.casefold()) <= 64:
        assert identity_of(email.upper()) == identity_of(f" {email.lower()} ")
