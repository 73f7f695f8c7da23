"""How the dates of a column are written, as its texts say; what each means, in which zone; and what is asked."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.date_texts import DateOrder, date_format
from ingest.dates import (
    DateStyle,
    DateSurvey,
    birth_date_reader,
    day_reader,
    moment_reader,
    moment_with_zone_reader,
)
from ingest.problems import ImportProblem
from ingest.values import moment_at
from ingest.zones import zone_of
from rules.days import date_of

NEW_YORK, LONDON, BERLIN, UTC_ZONE = (
    ZoneInfo(name) for name in ("America/New_York", "Europe/London", "Europe/Berlin", "UTC")
)
SPAN = {"since": date(1990, 1, 1), "until": date(2026, 12, 31)}
ANY = DateStyle()
DAY_FIRST, MONTH_FIRST = DateStyle(order=DateOrder.DAY), DateStyle(order=DateOrder.MONTH)


def told(*formats):
    return DateSurvey().decide(formats)


def decided(*texts):
    survey = DateSurvey()
    survey.add(texts)
    return survey.decide()


def asked(*texts) -> str:
    with pytest.raises(ImportProblem) as problem:
        decided(*texts)
    return str(problem.value)


def wall(text, style=ANY, zone=NEW_YORK):
    """What a text says on the clock of the business, which is that of its zone."""
    moment = moment_reader("date", style, zone, zone, **SPAN)(text)
    assert moment is not None
    local = moment.instant.astimezone(zone)
    return f"{local:%Y-%m-%d}" if moment.hour is None else f"{local:%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000")


def refused(text, style=ANY) -> str:
    with pytest.raises(ValueError, match=r"^date ") as error:
        moment_reader("date", style, NEW_YORK, NEW_YORK, **SPAN)(text)
    return str(error.value)


# ---------------------------------------------------------------- shapes that are known


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31", "2026/01/31", "2026.1.31", "20260131", "31/01/2026", "31-01-2026", "31.1.2026", "01/31/2026",
        "1-31-2026", "1.31.2026", "31 Jan 2026", "31 january 2026", "31-JAN-2026", "31/Jan/2026", "31Jan2026",
        "Jan 31, 2026", "January 31 2026", "Jan. 31, 2026", "Sat, 31 Jan 2026", "Saturday, January 31, 2026",
        "2026-Jan-31", " 2026-01-31 ", "31\u00a0Jan\u00a02026",
    ],
)  # fmt: skip
def test_days(text):
    assert wall(text) == "2026-01-31"


@pytest.mark.parametrize(
    "time",
    [
        " 18:41", "T18:41", " 18:41:00", ", 18:41", "  18:41:00.000", " 6:41 PM", " 06:41 pm", " 6:41:00 p.m.",
        " 6:41\u202fPM", " 6:41\u00a0p.\u00a0m.", " 6:41PM", " at 6:41 PM",
    ],
)  # fmt: skip
@pytest.mark.parametrize("day", ["2026-01-31", "31/01/2026", "01/31/2026", "31 Jan 2026", "Jan 31, 2026"])
def test_times(day, time):
    assert wall(day + time) == "2026-01-31 18:41:00"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31 18:41:05.123456789", "2026-01-31 18:41:05.123456"),
        ("2026-01-31 18:41:05,5", "2026-01-31 18:41:05.500000"),
        ("20260131T184105", "2026-01-31 18:41:05"),
        ("2026-01-31 12:05 AM", "2026-01-31 00:05:00"),
        ("2026-01-31 12:05 PM", "2026-01-31 12:05:00"),
        ("2026-01-31 00:00:00", "2026-01-31 00:00:00"),
    ],
)
def test_more_times(text, written):
    assert wall(text) == written


@pytest.mark.parametrize(
    "zone", ["-0500", " -0500", "-05:00", " -05", " EST", " est", " America/New_York", " Eastern Time (US & Canada)"]
)
def test_a_zone_in_the_text_is_the_texts_own(zone):
    moment = moment_reader("date", ANY, BERLIN, LONDON, **SPAN)(f"2026-01-31 20:15:00{zone}")
    assert moment == moment_at(datetime(2026, 2, 1, 1, 15, tzinfo=UTC), LONDON)
    assert (date_of(moment.business_day), moment.weekday, moment.hour) == (date(2026, 2, 1), 7, 1)


@pytest.mark.parametrize("zone", ["Z", " Z", " UTC", " GMT", "+00:00", " +0000"])
def test_utc_in_the_text(zone):
    assert wall(f"2026-01-31T23:15:00{zone}") == "2026-01-31 18:15:00"


def test_wall_times_are_of_the_files_zone_and_fall_into_the_businesss_calendar():
    read = moment_reader("date", ANY, UTC_ZONE, NEW_YORK, **SPAN)
    moment = read("2026-02-01 03:30")
    assert moment is not None
    assert moment.instant == datetime(2026, 2, 1, 3, 30, tzinfo=UTC)
    assert (date_of(moment.business_day), moment.weekday, moment.hour) == (date(2026, 1, 31), 6, 22)
    assert read("2026-02-01") == moment_at(date(2026, 2, 1), NEW_YORK)  # at noon there, without an hour


@pytest.mark.parametrize(
    ("wall_time", "instant"), [("2026-03-08 02:30", "2026-03-08 07:30"), ("2026-11-01 01:30", "2026-11-01 05:30")]
)
def test_a_time_that_was_skipped_or_came_twice_is_as_the_rules_have_it(wall_time, instant):
    moment = moment_reader("date", ANY, NEW_YORK, NEW_YORK, **SPAN)(wall_time)
    assert moment == moment_at(datetime.fromisoformat(wall_time), NEW_YORK)
    assert f"{moment.instant:%Y-%m-%d %H:%M}" == instant


@pytest.mark.parametrize("text", ["", " ", "-", "N/A", "NULL", "nan"])
def test_no_date(text):
    assert moment_reader("date", ANY, NEW_YORK, NEW_YORK, **SPAN)(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-01-01 24:00", 'date "2026-01-01 24:00": there is no 24:00: midnight is 00:00 of the next day'),
        ("2026-02-30", 'date "2026-02-30": there is no such day'),
        ("13/13/2026", 'date "13/13/2026": there is no such day'),
        ("2026-01-01 12:60", "there is no such time of day"),
        ("2026-01-01 25:00", "there is no such time of day"),
        ("2026-01-01 13:00 PM", "13 is no hour of a 12-hour clock"),
        ("2026-01-01 0:30 AM", "0 is no hour of a 12-hour clock"),
        ("45678.5", "it is a spreadsheet's number of a day: show the column as a date there and export again"),
        ("45678", "it is a spreadsheet's number of a day"),
        ("1769882460", "it is a number of seconds since 1970"),
        ("yesterday", "it is no date like 2026-01-31, 2026-01-31 12:50:00 or 31 Jan 2026"),
        ("31 Foo 2026", "it is no date like"),
        ("2026-01-01 10:00 IST", 'time zone "IST" means more than one clock: say Asia/Kolkata or Europe/Dublin'),
        ("2026-01-01 10:00 XYZ", '"XYZ" is no time zone'),
        ("10/8/26 6:41 PM", 'its year has two digits: say --date-format "%d/%m/%y %I:%M %p" or'),
        ("03/04/2026", 'it can be read in two ways: say --date-format "%d/%m/%Y" or --date-format "%m/%d/%Y"'),
        ("0026-03-01", "date 0026-03-01 is before 1990-01-01: is its year right? If it is, say --since"),
        ("0001-01-01 00:00 +1400", "date 0001-01-01 is before 1990-01-01"),
        ("9999-12-31 23:59 -1400", "date 9999-12-31 is after 2026-12-31: the day has not come yet"),
        ("2027-01-01", "date 2027-01-01 is after 2026-12-31"),
        ("1989-12-31 20:00 EST", "date 1989-12-31 is before 1990-01-01"),
        ("2026-01-01\0", "it is no date like"),
        ("٢٠٢٦-01-01", "it is no date like"),
    ],
)
def test_what_is_no_date_is_told_why(text, problem):
    assert problem in refused(text)


def test_the_span_of_days_is_the_businesss():
    read = moment_reader("date", ANY, NEW_YORK, NEW_YORK, **SPAN)
    with pytest.raises(ValueError, match=r"^date 1989-12-31 is before 1990-01-01"):
        read("1990-01-01 04:30 Z")
    assert read("1990-01-01 05:30 Z") is not None
    assert read("2027-01-01 04:30 Z") is not None


# ---------------------------------------------------------------- which style a column has


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        ([], ANY),
        (["2026-03-04", "2026/03/04 10:05"], ANY),
        (["03/03/2026", "4 March 2026"], ANY),
        (["03/04/2026", "13/04/2026"], DAY_FIRST),
        (["03/04/2026 10:05", "03/13/2026 10:05", ""], MONTH_FIRST),
        (["03.04.2026, 10:05", "31.12.2025, 10:05", "rubbish"], DAY_FIRST),
        (["3-4-2026"] * 5 + ["2-28-2026"], MONTH_FIRST),
        (["13/01/2026", "14/01/2026", "15/01/2026", "01/16/2026", "03/04/2026"], DAY_FIRST),
        (["13/01/2026", "14/01/2026", "15/01/2026", "01/02/26"], DAY_FIRST),
    ],
)
def test_one_day_above_twelve_settles_a_column(texts, style):
    assert decided(*texts) == style


def test_what_does_not_fit_the_order_is_rejected():
    assert wall("03/04/2026", DAY_FIRST) == "2026-04-03"
    assert wall("03/04/2026", MONTH_FIRST) == "2026-03-04"
    assert "there is no such day with the day first" in refused("01/16/2026", DAY_FIRST)
    assert 'its year has two digits: say --date-format "%d/%m/%y"' in refused("01/02/26", DAY_FIRST)


def test_a_column_of_dates_that_can_be_two_is_asked_about():
    assert asked("03/04/2026 10:05", "05/05/2026 10:05") == (
        'dates like "03/04/2026 10:05" can be 3 April 2026 or 4 March 2026, and no date of the column tells: '
        'say --date-format "%d/%m/%Y %H:%M" or --date-format "%m/%d/%Y %H:%M"'
    )
    assert '"%d.%m.%Y, %I:%M %p" or --date-format "%m.%d.%Y, %I:%M %p"' in asked("1.2.2026, 6:05\u202fp.m.")


def test_a_column_of_both_orders_is_asked_about():
    assert asked("31/01/2026", "01/31/2026", "03/04/2026") == (
        'dates of one column, "31/01/2026" and "01/31/2026", have day and month in different orders: '
        'say --date-format "%d/%m/%Y" or --date-format "%m/%d/%Y"; what is written otherwise is then rejected'
    )


@pytest.mark.parametrize(
    ("texts", "question"),
    [
        (
            ["10/8/26 6:41 PM", "10/9/26 6:40 PM"],
            'years have two digits, like "10/8/26 6:41 PM" for 10 August 2026 or 8 October 2026: '
            'say --date-format "%d/%m/%y %I:%M %p" or --date-format "%m/%d/%y %I:%M %p"',
        ),
        (
            ["09/03/26", "09/13/26"],
            'years have two digits, like "09/03/26" for 3 September 2026: say --date-format "%m/%d/%y"',
        ),
        (["31-Jan-26"], 'years have two digits, like "31-Jan-26": say --date-format "%d-%b-%y"'),
        (
            ["26-03-01"],
            'years have two digits, like "26-03-01" for 26 March 2001 or 1 March 2026: '
            'say --date-format "%d-%m-%y" or --date-format "%y-%m-%d"',
        ),
    ],
)
def test_years_of_two_digits_are_asked_about(texts, question):
    assert asked(*texts) == question


def test_a_survey_of_many_texts_is_that_of_all():
    survey = DateSurvey()
    for year in range(1, 3000):
        survey.add(f"{day:02}/{month:02}/{year:04}" for day in range(1, 4) for month in range(1, 4))
    survey.add(["13/02/2026", "x" * 10**6])
    assert survey.decide() == DAY_FIRST


# ---------------------------------------------------------------- formats that are told


@pytest.mark.parametrize(
    ("format_", "text", "written"),
    [
        ("%d/%m/%Y", "03/04/2026", "2026-04-03"),
        ("%m/%d/%y %I:%M %p", "10/8/26 6:41 PM", "2026-10-08 18:41:00"),
        ("%m/%d/%y %I:%M %p", "10/8/99 6:41\u202fpm", "1999-10-08 18:41:00"),
        ("%d-%b-%y", "31-Jan-26", "2026-01-31"),
        ("%A, %d %B %Y", "Saturday, 31 January 2026", "2026-01-31"),
        ("%Y%m%d%H%M%S", "20260131184105", "2026-01-31 18:41:05"),
        ("%d%m%Y", "03042026", "2026-04-03"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-08-31 22:14:00 -0400", "2026-08-31 22:14:00"),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-08-31 22:14:00 PDT", "2026-09-01 01:14:00"),
        ("%a %b %d %H:%M:%S %Z %Y", "Sat Jan 31 23:41:05 UTC 2026", "2026-01-31 18:41:05"),
        ("%Y-%m-%dT%H:%M:%SZ", "2026-01-31T23:41:05Z", "2026-01-31 18:41:05"),
        ("%Y-%m-%d %H:%M UTC", "2026-01-31 23:41 UTC", "2026-01-31 18:41:00"),
        ("%-d.%-m.%Y", "3.4.2026", "2026-04-03"),
        ("100%% %Y-%d-%m", "100% 2026-03-04", "2026-04-03"),
        ("%d/%m/%Y", "2026-04-03", "2026-04-03"),  # a spreadsheet's own
        ("%d/%m/%Y", "2026-04-03 10:05:00", "2026-04-03 10:05:00"),
    ],
)
def test_a_told_format_is_read(format_, text, written):
    assert wall(text, told(format_)) == written


def test_told_formats_are_tried_in_order():
    both = told("%d/%m/%Y", "%m/%d/%Y %H:%M", "%b %d, %Y")
    assert [wall(text, both) for text in ("03/04/2026", "03/04/2026 10:05", "Mar 4, 2026")] == [
        "2026-04-03", "2026-03-04 10:05:00", "2026-03-04",
    ]  # fmt: skip
    assert "it is not written like %d/%m/%Y or %m/%d/%Y %H:%M or %b %d, %Y" in refused("4 Mar 2026", both)


@pytest.mark.parametrize(
    ("format_", "text", "problem"),
    [
        ("%d/%m/%Y", "01/31/2026", "there is no such day"),
        ("%d/%m/%Y", "31/01/26", "it is not written like %d/%m/%Y"),
        ("%Y-%d-%m", "2026-01-31", "there is no such day"),  # and not read as ISO
        ("%Y-%d-%m", "2026-01-12 10:05", "it is not written like %Y-%d-%m"),
        ("%d/%m/%Y", "45678.5", "a spreadsheet's number of a day"),
        ("%Y%m%d", "2026111", "it is not written like %Y%m%d"),
        ("%d/%m/%Y %H:%M", "01/01/2026 24:00", "there is no 24:00"),
    ],
)
def test_what_does_not_fit_a_told_format_is_rejected(format_, text, problem):
    assert problem in refused(text, told(format_))


@pytest.mark.parametrize(
    ("format_", "problem"),
    [
        ("%Q/%m/%Y", 'date format "%Q/%m/%Y" has %Q, which is none of %Y %y %m'),
        ("%c", "has %c, which is none of"),
        ("%d/%m/%Y %", "has %, which is none of"),
        ("%d/%m", "has no year, %Y"),
        ("%d %Y", "has no month, %m or %b"),
        ("%m/%Y", "has no day, %d"),
        ("", "has no year, %Y"),
        ("DD/MM/YYYY", "has no year, %Y"),
        ("%d/%d/%m/%Y", "says twice what %d stands for"),
        ("%d/%m/%Y %y", "says twice what %y stands for"),
        ("%d %b %m %Y", "says twice what %m stands for"),
        ("%d/%m/%Y %M", "has a time without its hour, %H or %I"),
        ("%d/%m/%Y %I:%M", "has %I without %p: a clock of 24 hours is %H"),
    ],
)
def test_what_is_wrong_with_a_told_format_is_said_at_once(format_, problem):
    with pytest.raises(ImportProblem) as error:
        told("%d/%m/%Y", format_)
    assert problem in str(error.value)


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("word", "hours"),
    [
        ("UTC", 0), ("gmt", 0), ("Z", 0), ("+02:00", 2), ("-0430", -4.5), ("+2", 2), ("UTC+2", 2), ("GMT-05:00", -5),
        ("EST", -5), ("edt", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7),
        ("CET", 1), ("CEST", 2), ("BST", 1), ("WET", 0), ("WEST", 1), ("EET", 2), ("EEST", 3), ("AEST", 10),
        ("AEDT", 11), ("ACST", 9.5), ("AWST", 8), ("NZST", 12), ("NZDT", 13), ("JST", 9), ("KST", 9), ("SGT", 8),
        ("HKT", 8),
    ],
)  # fmt: skip
def test_words_of_one_offset(word, hours):
    for day in (datetime(2026, 1, 1), datetime(2026, 7, 1)):
        assert zone_of(word).utcoffset(day) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("America/New_York", "America/New_York"), ("europe/berlin", "Europe/Berlin"),
        ("Eastern Time (US & Canada)", "America/New_York"), ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"), ("London", "Europe/London"),
        ("Berlin", "Europe/Berlin"), ("Hawaii", "Pacific/Honolulu"), ("Nuku'alofa", "Pacific/Tongatapu"),
        ("Eastern Standard Time", "America/New_York"), ("W. Europe Standard Time", "Europe/Berlin"),
        ("India Standard Time", "Asia/Calcutta"), ("Etc/GMT+5", "Etc/GMT+5"), ("Astana", "Asia/Almaty"),
    ],
)  # fmt: skip
def test_words_of_a_region(word, name):
    assert zone_of(word) == ZoneInfo(name)


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("IST", 'time zone "IST" means more than one clock: say Asia/Kolkata or Europe/Dublin or Asia/Jerusalem'),
        ("ET", "say America/New_York"),
        ("Amerca/New_York", r'is no time zone \(did you mean "America/New_York"\?\): say one like America/New_York'),
        ("../../etc/passwd", "is no time zone"),
        ("America", "is no time zone"),
        ("", "is no time zone"),
        ("x" * 500, "is no time zone"),
        ("+15:00", "is no possible offset: they go from -14:00 to \\+14:00"),
        ("+05:60", "is no possible offset"),
    ],
)
def test_words_that_are_no_zone(word, problem):
    with pytest.raises(ValueError, match=problem):
        zone_of(word)


def test_every_name_of_iana_is_a_zone():
    for name in available_timezones() - {"Factory", "localtime"}:
        zone_of(name)


def test_a_zone_beside_the_time_is_that_of_the_time():
    read = moment_with_zone_reader("date", ANY, BERLIN, NEW_YORK, **SPAN)
    texts = [
        ("2026-09-05 14:20:05", "Pacific Time (US & Canada)"), ("2026-09-05 17:20:05", " EDT "),
        ("2026-09-05 23:20:05", ""), ("2026-09-05 23:20:05", "N/A"), ("2026-09-05T21:20:05Z", "PST"),
    ]  # fmt: skip
    assert {read(*text) for text in texts} == {moment_at(datetime(2026, 9, 5, 21, 20, 5, tzinfo=UTC), NEW_YORK)}
    assert read("", "EDT") is None
    assert read("2026-09-05", "IST") == moment_at(date(2026, 9, 5), NEW_YORK)
    with pytest.raises(ValueError, match=r'^date "2026-09-05 10:00": time zone "IST" means more than one clock'):
        read("2026-09-05 10:00", "IST")


# ---------------------------------------------------------------- days


def test_a_day_is_the_businesss():
    read = day_reader("joined on", DAY_FIRST, NEW_YORK)
    assert [date_of(read(text) or 0) for text in ("03/04/1985", "2026-02-01 03:30 UTC", "2026-02-01 03:30")] == [
        date(1985, 4, 3), date(2026, 1, 31), date(2026, 2, 1),
    ]  # fmt: skip
    assert read("-") is None
    assert day_reader("joined on", ANY, NEW_YORK, zone=UTC_ZONE)("2026-02-01 03:30") == read("31/01/2026")
    for text in ("0001-01-01", "9999-12-31", "0001-01-01 00:00", "9999-12-31 23:59"):
        try:
            read(text)
        except ValueError as error:
            assert str(error).startswith("joined on ")  # noqa: PT017  at the ends of time either is right


def test_a_birth_date_lies_in_no_zone():
    read = birth_date_reader("birth date", DAY_FIRST, until=date(2026, 12, 31))
    assert [date_of(read(text) or 0) for text in ("31/05/1961", "1990-05-21", "2001-02-03 23:59 -1200")] == [
        date(1961, 5, 31), date(1990, 5, 21), date(2001, 2, 3),
    ]  # fmt: skip
    assert read("") is None
    for text, problem in [
        ("1899-12-31", "birth date 1899-12-31 is before 1900-01-01: nobody alive was born then"),
        ("2027-01-01", "birth date 2027-01-01 is after 2026-12-31: the day has not come yet"),
        ("31/02/1961", 'birth date "31/02/1961": there is no such day with the day first'),
    ]:
        with pytest.raises(ValueError, match=problem):
            read(text)


def test_a_short_year_of_birth_is_the_last_that_was():
    read = birth_date_reader("birth date", told("%d/%m/%y"), until=date(2026, 12, 31))
    assert [date_of(read(text) or 0).year for text in ("03/04/55", "03/04/26", "03/04/27", "03/04/99")] == [
        1955, 2026, 1927, 1999,
    ]  # fmt: skip


# ---------------------------------------------------------------- what holds for all dates

WRITTEN = [
    f"{day}{time}"
    for day in ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m-%d-%Y", "%d %b %Y", "%B %d, %Y")
    for time in ("", " %H:%M:%S", " %I:%M:%S %p", ", %H:%M:%S.%f", " %H:%M:%S %z")
]
moments = st.datetimes(datetime(1990, 1, 2), datetime(2026, 12, 30), timezones=st.just(UTC))


@given(st.lists(moments, min_size=1, max_size=5), moments, st.integers(13, 28), st.sampled_from(WRITTEN))
def test_dates_in_any_style_with_a_day_above_twelve_somewhere_read_back(others, one, day, format_):
    all_moments = [*others, one.replace(day=day)]
    texts = [f"{moment:{format_}}" for moment in all_moments]
    for style in (decided(*texts), told(format_)):
        read = moment_reader("date", style, UTC_ZONE, LONDON, **SPAN)
        for moment, text in zip(all_moments, texts, strict=True):
            exact = moment.replace(microsecond=moment.microsecond if "%f" in format_ else 0)
            assert read(text) == moment_at(exact if "%S" in format_ else exact.date(), LONDON)


DATELIKE = st.text(st.sampled_from("0123456789-/.:, TZ+aApPmMjanJUTC()%\u202f"), max_size=24)


@given(
    st.one_of(st.text(max_size=120), DATELIKE),
    st.sampled_from([ANY, DAY_FIRST, MONTH_FIRST, told("%d/%m/%y %H:%M %Z"), told("%Y%m%d", "%b %d %Y")]),
    st.one_of(st.just(""), st.text(max_size=10)),
)
def test_any_text_is_a_date_or_told_why_not(text, style, word):
    everything = {"since": date.min, "until": date.max}
    for read in (
        lambda text: moment_with_zone_reader("date", style, UTC_ZONE, NEW_YORK, **everything)(text, word),
        day_reader("date", style, BERLIN),
        birth_date_reader("date", style),
    ):
        try:
            read(text)
        except ValueError as error:
            assert str(error).startswith("date ")  # noqa: PT017  no text but some is refused


@given(st.lists(st.one_of(st.text(max_size=20), DATELIKE), max_size=6))
def test_any_column_has_a_style_or_is_asked_about(texts):
    try:
        decided(*texts)
    except ImportProblem as problem:
        assert "say --date-format" in str(problem)  # noqa: PT017  likewise


@given(st.one_of(st.text(max_size=20), st.text(st.sampled_from("%dmYyHMIpzZbBf -/:.\u202f"), max_size=24)))
def test_any_format_is_one_or_told_why_not(text):
    try:
        style = told(text)
    except ImportProblem as problem:
        assert str(problem).startswith("date format ")  # noqa: PT017  likewise
    else:
        with pytest.raises(ValueError, match="date"):
            moment_reader("date", style, UTC_ZONE, UTC_ZONE, **SPAN)("no date at all")


@given(st.text(max_size=40))
def test_any_word_is_a_zone_or_told_why_not(word):
    try:
        zone_of(word)
    except ValueError as error:
        assert "zone" in str(error) or "offset" in str(error)  # noqa: PT017  likewise


def test_a_text_shown_as_a_format_is_read_by_it():
    for text in ["3/4/26 6:05 pm", "Jan 5, 26 10:05", "5-September-26", "Sat, 3 Jan 26 10:05:06.5 -0400"]:
        question = asked(text)
        for format_ in question.split('--date-format "')[1:]:
            moment_reader("date", told(format_.split('"')[0]), UTC_ZONE, UTC_ZONE, **SPAN)(text)
    assert date_format("%d/%m/%Y") == date_format("%d/%m/%Y")


def test_three_numbers_that_are_no_day_ask_for_no_format():
    survey = DateSurvey()
    survey.add(["2026-01-31", "31/31/31"])
    style = survey.decide()
    with pytest.raises(ValueError, match="there is no such day"):
        style.read("31/31/31")
