"""How the numbers of a column are written, as its texts say, and every way in which people and programs write them."""

import sys
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.numbers import CENTS, SIGNS, DecimalMark, NumberSurvey, number_reader
from ingest.problems import ImportProblem

POINT, COMMA = DecimalMark


def decided(*columns, told=None):
    survey = NumberSurvey()
    for number, texts in enumerate(columns):
        survey.add(f"c{number}", texts)
    return list(survey.decide(told).values())


def asked(*columns) -> str:
    with pytest.raises(ImportProblem) as problem:
        decided(*columns)
    return str(problem.value)


# ---------------------------------------------------------------- which mark a column has


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,234.50", POINT), ("1.234,50", COMMA), ("1,234,567", POINT), ("1.234.567", COMMA), ("1,23,456", POINT),
        ("12.5", POINT), ("12,50", COMMA), ("0.1234", POINT), ("0,500", COMMA), ("0.500", POINT), ("1234.567", POINT),
        ("1234,567", COMMA), (".5", POINT), (",5", COMMA), ("5.", POINT), ("1'234.567", POINT), ("1’234,5", COMMA),
        ("1 234,567", COMMA), ("1\u202f234.567", POINT), ("€ 12,50", COMMA), ("(12,50 EUR)", COMMA), ("$-0.50", POINT),
        ("12,50-", COMMA), ("−0,5", COMMA), ("12,50 zł", COMMA), ("kr 12,50", COMMA), ("Rs. 1,00,000.00", POINT),
        ("$1,012.00", POINT), ("1.012,00 €", COMMA), ("0.00", POINT), ("-1,5", COMMA),
    ],
)  # fmt: skip
def test_one_text_can_tell_the_mark_of_its_column(text, mark):
    assert decided([text]) == [mark]
    assert decided([text, "1.000", "1,000", "7"]) == [mark]


@pytest.mark.parametrize("texts", [[], ["7", "-12", "1 000", "1'000", "$5"], ["", "-", "N/A"], ["abc", "5%", "1E+3"]])
def test_texts_that_tell_nothing_have_the_mark_of_the_file(texts):
    assert decided(texts) == [POINT]
    assert decided(texts, ["12,50"]) == [COMMA, COMMA]
    assert decided(texts, ["12.50"]) == [POINT, POINT]


@pytest.mark.parametrize("text", ["1.000", "1,000", "12.345", "-123,456", "€ 1.000", "(1,000)"])
def test_three_digits_alone_are_asked_about(text):
    assert 'column "c0" can be read in two ways' in asked([text])
    assert decided([text], told=COMMA) == [COMMA]
    assert decided([text], ["7"], told=POINT) == [POINT, POINT]


def test_the_question_shows_three_texts_both_ways():
    assert asked(["7", "4,000", "1.000", "-2.500", "3.000"]) == (
        'column "c0" can be read in two ways: "-2.500" is -2.5 with a decimal point and -2500 with a decimal comma, '
        '"1.000" is 1 with a decimal point and 1000 with a decimal comma, '
        '"3.000" is 3 with a decimal point and 3000 with a decimal comma; '
        "say --decimal comma or --decimal point"
    )


@pytest.mark.parametrize(
    ("texts", "other", "marks"),
    [
        (["1.000"], ["12.50"], [POINT, POINT]),
        (["1,000"], ["12.50"], [POINT, POINT]),
        (["1,000"], ["12,50"], [COMMA, COMMA]),
    ],
)
def test_the_file_tells_where_the_column_does_not(texts, other, marks):
    assert decided(texts, other) == marks


def test_programs_write_1_000_for_one_in_a_file_of_commas_too():
    assert '"1.000" is 1 with a decimal point and 1000' in asked(["1.000"], ["12,50"])
    assert '"1.000" is 1 with a decimal point and 1000' in asked(["1.000", "2,000"], ["12,50"])


def test_columns_of_one_file_can_differ_and_then_the_file_tells_nothing():
    assert decided(["12,50"], ["0.19"], ["7"]) == [COMMA, POINT, POINT]
    assert 'column "c2" can be read' in asked(["12,50"], ["0.19"], ["1,000"])


def test_a_clear_majority_wins_where_nothing_is_ambiguous():
    assert decided(["1250.00", "50.00", "75.00", "0,40"]) == [POINT]
    assert decided(["1250.00", "50.00", "75.00", "0,40"], ["1.000"]) == [POINT, POINT]
    assert number_reader("amount", POINT)("0,40") == 400_000, "with a point it would be no number"


def test_a_contradiction_is_asked_about_where_a_number_can_be_either():
    assert decided(["0,40", "0.50"]) == [POINT]
    assert '"1.000" is 1 with a decimal point' in asked(["1250.00", "50.00", "75.00", "0,40", "1.000"])


def test_a_survey_of_many_texts_is_that_of_all():
    survey = NumberSurvey()
    for start in range(0, 60_000, 5_000):
        survey.add("amount", [str(number) for number in range(start, start + 5_000)])
    survey.add("amount", ["0,5"])
    survey.add("amount", ["x" * 10**6])
    assert survey.decide(None) == {"amount": COMMA}


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("12.50", "12.5"), ("-3.25", "-3.25"), ("+7", "7"), ("007", "7"), (" 5 ", "5"), (".5", "0.5"),
        ("5.", "5"), ("1,234.50", "1234.5"), ("1,234,567", "1234567"), ("1,23,456.00", "123456"),
        ("12,34,567", "1234567"), ("1 234.5", "1234.5"), ("1\u00a0234", "1234"), ("1\u202f234", "1234"),
        ("1\u2009234", "1234"), ("1'234.5", "1234.5"), ("1’234’567", "1234567"), ("$5.00", "5"), ("-$21.00", "-21"),
        ("$-21.00", "-21"), ("- $ 21.00", "-21"), ("$ 5", "5"), ("5 €", "5"), ("5.00€", "5"), ("US$ 5", "5"),
        ("R$5.00", "5"), ("USD 5", "5"), ("5USD", "5"), ("$14.00 USD", "14"), ("EUR 1,000.00", "1000"), ("5 kr", "5"),
        ("kr. 5", "5"), ("5.00 zł", "5"), ("Rs.500", "500"), ("Rs 500", "500"), ("₹1,00,000", "100000"), ("CHF 5", "5"),
        ("(5.00)", "-5"), ("($5.00)", "-5"), ("$(5.00)", "-5"), ("(5.00) USD", "-5"), ("( 5 )", "-5"), ("5.00-", "-5"),
        ("5.00 -", "-5"), ("5-€", "-5"), ("5 €-", "-5"), ("−5", "-5"), ("5−", "-5"), ("$    5.00", "5"), ("-0", "0"),
        ("8.2644628099174", "8.264463"), ("0.0000005", "0"), ("0.0000015", "0.000002"), ("-0.0000025", "-0.000002"),
        ("0.00000250000001", "0.000003"), ("1,000,000,000,000", "1000000000000"), ("1.44000000", "1.44"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_point(text, value):
    assert number_reader("amount", POINT, at_most=10**12)(text) == int(Decimal(value) * 10**6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,50", "12.5"), ("1.234,50", "1234.5"), ("1.234.567", "1234567"), ("1.000", "1000"), ("1,000", "1"),
        ("1 234,5 €", "1234.5"), ("-1,5", "-1.5"), ("(1.000,00)", "-1000"), ("1'234,5", "1234.5"), ("0,4", "0.4"),
        ("kr. 1.000,00", "1000"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(text, value):
    assert number_reader("amount", COMMA)(text) == int(Decimal(value) * 10**6)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "–", "N/A", "n/a", "#N/A", "NULL", "nan", "NaN", "none", "None", "$ -", " $-   "]
)
@pytest.mark.parametrize("mark", DecimalMark)
def test_no_number(text, mark):
    assert number_reader("amount", mark)(text) is None


def test_zero_is_a_number():
    assert number_reader("amount", POINT)("0") == number_reader("amount", POINT)(" 0") == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("12 %", '"12 %" is a percentage, not an amount like 12 or 12.50'),
        (
            "1E+3",
            "is in scientific notation: a spreadsheet has changed it; show the column as a number and export again",
        ),
        ("1.5e-7", "is in scientific notation"),
        ("#REF!", "is the error of a spreadsheet's formula: mend it there and export again"),
        ("#VALUE!", "is the error of a spreadsheet's formula"),
        ("٣", "has other digits than 0 to 9"),
        ("５", "has other digits than 0 to 9"),
        ("50¢", "is in cents: write it in whole units"),
        ("1,234,56", "is not a number like 12 or 12.50"),
        ("12 34", "is not a number"),
        ("12\n345", "is not a number"),
        ("1,234 567", "is not a number"),
        ("5 kg", "is not a number"),
        ("1.5K", "is not a number"),
        ("2 cup", "is not a number"),
        ("-(5)", "is not a number"),
        ("(5", "is not a number"),
        ("--5", "is not a number"),
        ("-5-", "is not a number"),
        (".", "is not a number"),
        ("inf", "is not a number"),
        ("31.01.2026", "is not a number"),
        ("1" * 70, "is not a number"),
        ("1000000000000.01", '"1000000000000.01" is larger than 1,000,000,000,000: not plausible as an amount'),
        ("-1,000,000,000,001", "is larger than 1,000,000,000,000: not plausible as an amount"),
    ],
)
def test_what_is_no_number_is_told_why(text, problem):
    with pytest.raises(ValueError, match=r"^amount ") as error:
        number_reader("amount", POINT, at_most=10**12)(text)
    assert problem in str(error.value)


def test_what_may_not_be_negative():
    read = number_reader("tip", POINT, negative=False)
    assert (read("-0.00"), read("(0)"), read("1")) == (0, 0, 1_000_000)
    for text in ["-1", "(1)", "1-"]:
        with pytest.raises(ValueError, match=r"^tip .* is negative$"):
            read(text)


def test_without_a_limit_it_is_what_the_store_holds():
    read = number_reader("amount", POINT)
    assert read("9223372036854.775807") == 2**63 - 1
    with pytest.raises(ValueError, match="is too large"):
        read("9223372036854.775808")


def test_all_signs_of_currencies_are_known():
    known = {chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Sc"}
    assert known <= {*SIGNS, *CENTS}


# ---------------------------------------------------------------- what holds for all numbers

amounts = st.decimals(-(10**9), 10**9, places=2)
grouping = st.sampled_from(["", "other", " ", "\u00a0", "\u202f", "'", "’"])
frame = st.sampled_from(
    ["-{}", "−{}", "-${}", "$-{}", "({})", "(${})", "{}-", "{} -", "-{} €", "{}- EUR", "- {} kr", "-USD {}", "({}) zł"]
)


def written(amount, mark, separator, form):
    point, other = (".", ",") if mark is POINT else (",", ".")
    digits = f"{abs(amount):,.2f}".replace(",", "_").replace(".", point).replace("_", separator.replace("other", other))
    if amount >= 0:
        form = form.replace("-", "").replace("−", "").replace("(", "").replace(")", "").strip()
    return form.format(digits)


@given(amounts, st.sampled_from(DecimalMark), grouping, frame)
def test_a_number_in_any_style_is_found_and_reads_back(amount, mark, separator, form):
    text = written(amount, mark, separator, form)
    assert decided([text]) == [mark]
    assert number_reader("amount", mark)(text) == int(amount * 10**6)


@given(st.decimals(0, 10**6, places=12), st.sampled_from(DecimalMark))
def test_rounding_is_half_even(amount, mark):
    text = f"{amount:.12f}".replace(".", "." if mark is POINT else ",")
    rounded = amount.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    assert number_reader("amount", mark)(text) == int(rounded * 10**6)


NUMBERLIKE = st.text(st.sampled_from("0123456789.,' -+()$€%eE\u00a0−’krR"), max_size=20)


@given(st.one_of(st.text(max_size=80), NUMBERLIKE), st.sampled_from(DecimalMark))
def test_any_text_is_a_number_or_told_why_not(text, mark):
    try:
        value = number_reader("amount", mark, at_most=10**12)(text)
    except ValueError as error:
        assert str(error).startswith("amount ")  # noqa: PT017  no text but some is refused
    else:
        assert value is None or abs(value) <= 10**18


@given(st.lists(st.one_of(st.text(max_size=20), NUMBERLIKE), max_size=6))
def test_any_column_has_a_mark_or_is_asked_about(texts):
    try:
        (mark,) = decided(texts)
    except ImportProblem as problem:
        assert "say --decimal comma or --decimal point" in str(problem)  # noqa: PT017  likewise
    else:
        assert mark in DecimalMark


@given(NUMBERLIKE)
def test_a_text_that_tells_the_one_mark_is_no_number_with_the_other(text):
    try:
        (mark,) = decided([text])
    except ImportProblem:
        assume(False)
    other = COMMA if mark is POINT else POINT
    values: list[int | None] = []
    for one in (mark, other):
        try:
            values.append(number_reader("amount", one)(text))
        except ValueError:
            values.append(None)
    assert values[1] in (None, values[0])
