"""The titles of a timeline, as a shop reads them."""

from rules.timeline import (
    title_of_consent,
    title_of_contact,
    title_of_edit,
    title_of_payment,
    title_of_sale,
    title_of_status,
    title_of_verification,
)


def test_titles_are_words_of_a_shop() -> None:
    assert title_of_sale("A2", "COMPLETED", "STORE") == "Sale A2 in the store"
    assert title_of_sale("A3", "CANCELLED", "OTHER") == "Cancelled sale A3"
    assert title_of_sale("A4", "PARTIAL", "ONLINE") == "Sale, partly paid A4 online"
    assert title_of_payment("MOBILE_MONEY") == "Payment by mobile money"
    assert title_of_payment("OTHER") == "Payment"
    assert title_of_contact("EMAIL", "OPENED", None) == "E-mail, opened"
    assert title_of_contact("CALL", "NO_RESPONSE", None) == "Call, no response"
    assert title_of_contact("SURVEY", None, "9") == "Survey, 9 of 10"
    assert title_of_consent("EMAIL", "GIVEN") == "May be written to by e-mail"
    assert title_of_consent("SMS", "WITHDRAWN") == "May no longer be written to by text message"
    assert title_of_status(is_active=False) == "No longer served"
    assert title_of_status(is_active=True) == "Served again"
    assert title_of_verification(["isEmailVerified", "emailVerifiedAt"]) == "E-mail verified"
    assert title_of_verification(["isPhoneVerified", "isEmailVerified"]) == "E-mail and phone verified"


def test_an_edit_is_called_by_what_changed_each_once() -> None:
    assert title_of_edit([("Customer", "firstName"), ("Customer", "lastName"), ("Customer", "line1")]) == (
        "Changed: address, name"
    )
    assert title_of_edit([("CustomerTag", "tag"), ("Preference", "key"), ("ExternalId", "system")]) == (
        "Changed: external ids, preferences, tags"
    )
    assert title_of_edit([("Customer", "emailSince"), ("Customer", "email")]) == "Changed: e-mail"
    assert title_of_edit([("Customer", "accessVersion")]) == "Changed"
