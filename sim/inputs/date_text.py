"""Dates as spreadsheets, statistics packages and people write them; what could be two dates is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta

ALLOWED = "a date such as 01/31/2024 (month first), 2024-01-31 or 31JAN2024"
FIRST_YEAR, LAST_YEAR = 2000, 2040

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
# Excel, SAS and databases put a time behind a date.
_TIME = r"(?:[T\s:]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AP]M)?\s*(?:Z|UTC|[-+]\d{2}:?\d{2})?)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
        r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        rf"(?P<day>\d{{1,2}})[-\s/.]*{_MONTH}[-\s/.,]*{_YEAR}",
        rf"{_MONTH}[-\s]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+|-){_YEAR}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}",
    )
)
_SLASHED = re.compile(rf"(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE | re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:[.,]0*)?", re.ASCII)
# Day 1 of Excel's calendar is 1 January 1900, and it has a 29 February 1900.
_EXCEL_ZERO = date(1899, 12, 30)


def parse_date(text: str, *, first_of_month: bool = False) -> date:
    """Turn a date into a date.

    Parameters
    ----------
    text : str
        Slashed with the month first as CMS writes it, ISO, SAS's ``01JAN2024``, Excel's ``1-Jan-24`` or
        serial number, with dots the day first; a time behind it is ignored.
    first_of_month : bool
        Whether these dates are known to be the first of a month. A slashed one that is so only with the day
        first may then be either and is refused, as is a serial number that is not.

    Raises
    ------
    ValueError
        Its message says what is wrong with the value.
    """
    cleaned = " ".join(text.split())
    slashed = _SLASHED.fullmatch(cleaned)
    if slashed:
        month, day, year = int(slashed[1]), int(slashed[3]), _whole_year(slashed[4])
        if month > 12 >= day:
            raise ValueError("has no such month: is the day written first?")
        if first_of_month and month == 1 != day and day <= 12:
            raise ValueError(f"may be day {day} of month 1 or day 1 of month {day}")
        return _date(year, month, day)
    for form in _FORMS:
        found = form.fullmatch(cleaned)
        if found:
            month_text = found["month"].lower()
            month = int(month_text) if month_text.isdecimal() else _MONTHS.index(month_text[:3]) + 1
            return _date(_whole_year(found["year"]), month, int(found["day"]))
    serial = _SERIAL.fullmatch(cleaned)
    if serial:
        day_found = _EXCEL_ZERO + timedelta(days=int(serial[1]))
        if first_of_month and day_found.day != 1:
            raise ValueError(f"is no first of a month as a spreadsheet's day number ({day_found})")
        return _date(day_found.year, day_found.month, day_found.day)
    raise ValueError("is not a date that can be read")


def _whole_year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _date(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"lies outside {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("is no day of the calendar") from None
