"""The words by which customers are found and ordered."""

import pytest

from rules.contacts import contact_words, name_words, search_words, sort_name


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("Édith Piaf",), "edith piaf"),
        (("O'Neil-Ström", None, "ström"), "o neil strom"),
        (("Straße", "ﬁne"), "strasse fine"),
        (("Ann_Lee", "", "  "), "ann lee"),
        (("Łódź 12",), "łodz 12"),
        (("İstanbul",), "istanbul"),
        (("Ελένη",), "ελενη"),
        ((), ""),
    ],
)
def test_words(texts, words):
    assert search_words(*texts) == words


def test_names_and_contacts():
    assert name_words("CUST-1", "Ann", "Lee") == "cust 1 ann lee"
    assert contact_words("ann.lee@example.com", "+442079460958") == ("ann lee example com 442079460958 02079460958")
    assert contact_words(None, None) == ""
    assert contact_words(None, "+not a number") == "not a number"


def test_the_order_by_name():
    assert sort_name("100", "Ann", "LEE") == "ann lee"
    assert sort_name("100", None, "LEE") == "lee"
    assert sort_name("C100", None, None) == "C100"
    assert len(sort_name("1", "ß" * 200, "ß" * 200)) == 402
