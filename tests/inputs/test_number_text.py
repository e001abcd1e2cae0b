"""Numbers as people write them, and which decimal mark a column of them has."""

import pytest
from soon import soon

from sim.inputs.number_text import COMMA, POINT, column_mark, marks_shown, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234),
        ("1,234.50", 1234.5),
        ("$1,234.50", 1234.5),
        ("US$ 1,234.5", 1234.5),
        ("(1,234.5)", -1234.5),
        ("$(1,234.5)", -1234.5),
        ("($1,234.5)", -1234.5),
        ("-$5", -5),
        ("5-", -5),
        ("\u22125", -5),
        ("+5", 5),
        ("7.17%", 0.0717),
        ("(7.17%)", -0.0717),
        ("7.17 %", 0.0717),
        ("1 234 567.5", 1_234_567.5),
        ("1\u00a0234\u202f567.5", 1_234_567.5),
        ("1'234'567.5", 1_234_567.5),
        ("26,25,00,000.40", 262_500_000.4),
        ("2.5E+08", 2.5e8),
        (".5", 0.5),
    ],
)
def test_with_a_decimal_point(text, value):
    assert read_number(text).value(POINT) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("262500000,40", 262_500_000.4),
        ("262.500.000,40", 262_500_000.4),
        ("262 500 000,40 €", 262_500_000.4),
        ("-0,123", -0.123),
        ("(1.234,5)", -1234.5),
        ("1.000,50", 1000.5),
        ("5,12 %", 0.0512),
        ("2,625E+08", 2.625e8),
    ],
)
def test_with_a_decimal_comma(text, value):
    number = read_number(text)
    assert number.value(COMMA) == value
    assert number.value(POINT) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "nan", "inf", "1_000", "--5", "-(5)", "12 34", "1,23.4", "1.2.3", "#REF!", "e5", "%"),
        *("(-5)", "1$00", "$5 %", "5 USD %", "$5$", "$5 USD"),
    ],
)
def test_no_number(text):
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["1,234", "1.234", "(12,345)", "$999.999"])
def test_what_may_be_either(text):
    assert read_number(text).is_open


@pytest.mark.parametrize(
    ("column", "elsewhere", "mark", "doubtful"),
    [
        (["1,234", "56,789"], "", POINT, []),
        (["262500000,40", "131,250"], "", COMMA, [1]),  # cents have two digits: thousands or decimals?
        (["1,234", "0,987"], "", COMMA, []),
        (["1,0234", "1,234"], "", COMMA, []),  # longer decimals show that three are decimals
        (["1.234", "5,12"], "", COMMA, []),
        (["1,234", "5.12"], "", POINT, []),
        (["12,5", "1.5", "2.5"], "", POINT, [0]),
        (["1.234", "12", "5"], COMMA, COMMA, []),
        (["1,234"], POINT + COMMA, POINT, [0]),
        (["12"], POINT + COMMA, POINT, []),
        (["1,234"], POINT, POINT, []),
    ],
)
def test_a_column_speaks_for_its_cells(column, elsewhere, mark, doubtful):
    found, doubts = column_mark([read_number(text) for text in column], frozenset(elsewhere))
    assert [at for at, _ in doubts] == doubtful
    assert doubtful or found == mark


def test_marks_of_a_file():
    assert marks_shown(["A1", "Alder, LLC", "1,234", "5"]) == frozenset()
    assert marks_shown(["5.12%", "1,234"]) == {POINT}
    assert marks_shown(["5.12%", "262500000,40"]) == {POINT, COMMA}


@pytest.mark.parametrize("text", ["1" + " " * 100_000 + "1", "9" * 5000, "0." + "3" * 5000, "1 234" * 20_000])
def test_a_text_longer_than_any_number_is_none_and_soon(text):
    with soon(1):
        assert read_number(text) is None
