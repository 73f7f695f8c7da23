"""Double quotes: a record may span lines, and a stray quote spoils its own line and no other."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.reading import counts_of, rejects_of, rows_of, written

UNCLOSED = 'a double quote is not closed; write one within a text as "", or take it out'
FOLLOWED = 'text follows a closing double quote; write one within a text as ""'


@pytest.fixture
def read(tmp_path):
    def reading(text: str, **options):
        return rows_of(written(tmp_path / "a.csv", text), **options)[1:]

    return reading


def test_quotes_that_close_are_taken_off(read):
    rows, problems = read('n,d,a\n"1","a ""b"" c","3,5"\n2,"",x\n')
    assert (rows, problems) == ([(2, "1", 'a "b" c', "3,5"), (3, "2", "", "x")], [])


def test_a_quote_within_a_field_is_text(read):
    rows, problems = read('n,d,a\n1,Vase 5",3\n2,5" by 7",4\n')
    assert (rows, problems) == ([(2, "1", 'Vase 5"', "3"), (3, "2", '5" by 7"', "4")], [])


def test_a_record_may_span_lines(read, tmp_path):
    rows, problems = read('n,d,a\n1,"two\nlines",3\n2,"with\r\n\r\na blank",4\r\n3,x,5\n')
    assert (rows, problems) == (
        [(2, "1", "two\nlines", "3"), (4, "2", "with\r\n\r\na blank", "4"), (7, "3", "x", "5")],
        [],
    )
    assert counts_of(tmp_path / "a.csv").continuation_lines == 3


def test_the_first_field_of_a_record_may_span_lines(read):
    rows, problems = read('note,day,a\n"first line\nsecond line",1,2\nx,3,4\n')
    assert (rows, problems) == ([(2, "first line\nsecond line", "1", "2"), (4, "x", "3", "4")], [])


def test_a_text_with_commas_may_span_lines(read):
    rows, problems = read('n,d,a\n1,"two\nlines, text",3\n2,x,4\n')
    assert (rows, problems) == ([(2, "1", "two\nlines, text", "3"), (4, "2", "x", "4")], [])


def test_an_open_quote_is_a_reject_and_the_next_line_is_read(read):
    rows, problems = read('n,d,a\n1,"Vase,3\n2,Cup,4\n3,"Jug",5\n')
    assert rows == [(2, "1", '"Vase', "3"), (3, "2", "Cup", "4"), (4, "3", "Jug", "5")]
    assert problems == [UNCLOSED]


def test_an_open_quote_swallows_no_row_up_to_an_inch_sign(read):
    rows, problems = read('n,d,a\n1,"Vase,3\n2,Cup 5",4\n')
    assert rows == [(2, "1", '"Vase', "3"), (3, "2", 'Cup 5"', "4")]
    assert problems == [UNCLOSED]


@pytest.mark.parametrize(("first", "second"), [('1,",3', '2,",4'), ('1,Cup,"', '2,Jug,"'), ('",Cup,3', '",Jug,4')])
def test_ditto_marks_swallow_no_row(read, first, second):
    rows, problems = read(f"n,d,a\n{first}\n{second}\n3,x,5\n")
    assert [",".join(row[1:]) for row in rows] == [first, second, "3,x,5"]
    assert problems == [UNCLOSED, UNCLOSED]


def test_a_row_that_was_cut_swallows_no_whole_row(read):
    rows, problems = read('n,d,a\n1,"Va\n2,Cup,4\n3,x"\n')
    assert rows == [(2, "1", '"Va', ""), (3, "2", "Cup", "4"), (4, "3", 'x"', "")]
    assert problems == [UNCLOSED, "2 fields where the header has 3"]


def test_a_record_that_would_have_other_fields_than_the_header_does_not_span(tmp_path):
    path = written(tmp_path / "a.csv", 'n,d,a\n1,"Vase\nx",3,4,5\n2,x,4\n')
    assert rejects_of(path) == {2: UNCLOSED, 3: "4 fields where the header has 3"}


def test_a_quote_open_to_the_end_spoils_one_line(read):
    rows, problems = read('n,d\n3,"' + "x\n" * 20_000 + "4,5\n")
    assert len(problems) == 20_000  # each x is a line with too few fields
    assert problems[0] == UNCLOSED
    assert rows[-1] == (20_002, "4", "5")


@pytest.mark.parametrize("lines", [1_000, 1_001])
def test_a_record_has_a_thousand_lines_at_most(read, lines):
    text = "\n".join(["x"] * lines)
    rows, problems = read(f'n,d,a\n1,"{text}",3\n2,x,4\n')
    assert (rows[0] == (2, "1", text, "3")) == (lines == 1_000)
    assert (problems[:1] == [UNCLOSED]) == (lines == 1_001)


def test_a_record_that_spans_lines_has_128_kib_at_most(read):
    part = "x" * 70_000
    rows, problems = read(f'n,d,a\n1,"{part}\n{part}",3\n2,x,4\n')
    assert problems == [UNCLOSED, "2 fields where the header has 3"]
    assert rows[-1] == (4, "2", "x", "4")


def test_a_record_may_span_the_end_of_what_is_read_at_once(read):
    before = "1,2,3\n" * 100_000
    rows, problems = read(f'n,d,a\n{before}4,"a\n\nb",5\n{before}')
    assert problems == []
    assert rows[100_000] == (100_002, "4", "a\n\nb", "5")
    assert rows[100_001] == (100_005, "1", "2", "3")
    assert len(rows) == 200_001


@pytest.mark.parametrize("line", ['"abc"def,2,3', '"1"2","x","3"', '"1","Vase 5"","3"'])
def test_text_behind_a_closing_quote_is_a_reject(read, line):
    rows, problems = read(f"n,d,a\n{line}\n2,x,4\n")
    assert problems == [FOLLOWED]
    assert rows[1] == (3, "2", "x", "4")


def test_a_reject_shows_its_fields_as_they_stand(read):
    assert read('n,d,a\n"7","Va"se","3 ""x"""\n')[0] == [(2, "7", 'Va"se', '3 "x"')]
    assert read('n,d,a\n7,"Vase,3,4\n')[0] == [(2, "7", '"Vase', "3,4")]


def test_two_columns_are_too_few_to_tell_a_row_from_prose(read):
    assert read('n,d\n1,"Dear all, I\nam, as ever, well"\n') == ([(2, "1", "Dear all, I\nam, as ever, well")], [])


def test_lines_with_two_quotes_that_never_close_take_no_time(read):
    rows, problems = read("n,d,a\n" + 'a","\n' * 2_000)  # each looks ahead as far as it may
    assert (len(rows), set(problems)) == (2_000, {UNCLOSED})


# ---------------------------------------------------------------- whatever the texts are, two seconds each

TEXTS = st.text(st.sampled_from('ab" \né'), max_size=6)
PLAIN = st.text(st.sampled_from("abc 5é"), min_size=1, max_size=4).map(lambda text: f"x{text}")


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(st.tuples(st.integers(0, 9).map(str), TEXTS, TEXTS), min_size=1, max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_a_writer_quotes_is_read_as_it_was(tmp_path_factory, texts, quoting, ends, delimiter):
    rows = [tuple(text.replace("\n", ends) for text in row) for row in texts]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ends)
    writer.writerows([("n", "d", "a"), *rows])
    path = written(tmp_path_factory.mktemp("quotes") / "a.csv", out.getvalue())
    _header, read, problems = rows_of(path)
    assert [row[1:] for row in read] == rows
    assert problems == []


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1, max_size=20),
    strays=st.dictionaries(st.integers(0, 19), st.tuples(st.integers(0, 2), st.booleans()), max_size=6),
    inches=st.sets(st.integers(0, 19), max_size=6),
)
def test_stray_quotes_spoil_their_own_lines_alone(tmp_path_factory, rows, strays, inches):
    lines = []
    for place, row in enumerate(rows):
        fields = [f'{text}"' if place in inches else text for text in row]
        if place in strays:
            (column, alone), fields = strays[place], [*row]
            fields[column] = '"' if alone else f'"{fields[column]}'
        lines.append(",".join(fields))
    path = written(tmp_path_factory.mktemp("strays") / "a.csv", "\n".join(["n,d,a", *lines]))
    _header, read, _problems = rows_of(path)
    assert [row[0] for row in read] == [*range(2, 2 + len(rows))]
    assert [",".join(row[1:]) for row in read] == lines
    assert rejects_of(path) == {2 + place: UNCLOSED for place in strays if place < len(rows)}
