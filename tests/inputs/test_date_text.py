"""Dates in every spelling that programs write; what may be two dates is none."""

from datetime import date

import pytest

from sim.inputs.date_text import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "01/01/2024",
        "1/1/24",
        "01/01/2024 12:00:00 AM",
        "1/1/24 0:00",
        "1-1-2024",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "2024-01-01 00:00:00.000",
        "2024/1/1",
        "20240101",
        "01JAN2024",
        "01jan24",
        "01JAN2024:00:00:00",
        "1-Jan-24",
        "1-Jan-2024",
        "January 1, 2024",
        "Jan 1 2024",
        "1 January 2024",
        "01.01.2024",
        "45292",
        "45292.0",
    ],
)
def test_the_first_of_january(text):
    assert parse_date(text, first_of_month=True) == date(2024, 1, 1)


def test_with_slashes_the_month_and_with_dots_the_day_comes_first():
    assert parse_date("07/01/2019") == parse_date("01.07.2019") == date(2019, 7, 1)
    assert parse_date("7/4/2019") == date(2019, 7, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("01/07/2019", "may be day 7 of month 1 or day 1 of month 7"),
        ("15/01/2024", "is the day written first"),
        ("02/30/2024", "no day of the calendar"),
        ("1/1/1904", "outside 2000 to 2040"),
        ("45293", "no first of a month"),
        ("23376", "no first of a month"),  # days since 1960, as SAS counts
        ("Jan-24", "not a date"),
        ("2024", "not a date"),
        ("soon", "not a date"),
        ("01/01/2024 or later", "not a date"),
    ],
)
def test_what_is_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        parse_date(text, first_of_month=True)
