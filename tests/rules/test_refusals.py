"""Refusals: what each says to a user, and what it carries."""

from rules.refusals import (
    Duplicate,
    IdempotencyConflict,
    InputProblem,
    InputProblemCode,
    InvalidInput,
    NotAllowed,
    NotAllowedReason,
    NotFound,
    Refusal,
    StaleVersion,
)


def test_every_refusal_has_a_message() -> None:
    refusals: list[tuple[Refusal, str]] = [
        (
            InvalidInput((InputProblem(("input", "name"), InputProblemCode.REQUIRED, "This has to be given."),)),
            "input.name: This has to be given.",
        ),
        (NotFound("There is no such customer.", ("customer",)), "There is no such customer."),
        (NotAllowed("The customer is erased.", NotAllowedReason.ERASED), "The customer is erased."),
        (
            StaleVersion(expected=3, actual=5),
            "This was changed since it was read: version 3 was expected, it is now at 5."
            " Read it again and repeat the change.",
        ),
        (
            IdempotencyConflict("till-7"),
            'The key "till-7" was used for another operation or another input: use a new one.',
        ),
        (
            Duplicate(field="email", value="ann@example.com", existing="Q3VzdG9tZXI6Nw"),
            'The email "ann@example.com" is taken: it has to be unique.',
        ),
    ]
    for refusal, message in refusals:
        assert (refusal.message, str(refusal)) == (message, message)


def test_what_refusals_carry() -> None:
    assert NotFound("", ("input", "customer")).path == ("input", "customer")
    assert NotAllowed("", NotAllowedReason.CYCLE).reason == "CYCLE"
    stale = StaleVersion(expected=3, actual=5)
    assert (stale.expected, stale.actual) == (3, 5)
    taken = Duplicate(field="name", value="Gold", existing=None)
    assert (taken.field, taken.value, taken.existing) == ("name", "Gold", None)
    assert IdempotencyConflict("k").key == "k"
