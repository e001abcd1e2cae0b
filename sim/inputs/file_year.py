"""Which performance year a results file is of, when only its name can say."""

from __future__ import annotations

import re

_YEAR = r"(20\d\d)(?!\d)"
# "PY2022", "PY_22", "Performance Year 2022".
_MARKED = re.compile(
    rf"(?<![a-z])(?:py|performance[\s_.-]*year)[\s_.-]*(?:{_YEAR}|(\d\d)(?![\d]))", re.IGNORECASE
)
# "PY2022-2023" is of both.
_RANGE = re.compile(rf"20\d\d(?:[\s_.&+-]|to|and)+{_YEAR}", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_SEP = r"[\s_.-]*"
# When a file was made, revised or fetched says nothing of the year it is about.
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)20\d\d[\s_.-](?:0?[1-9]|1[0-2])[\s_.-](?:0?[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])[\s_.-](?:0?[1-9]|[12]\d|3[01])[\s_.-]20\d\d(?!\d)",
        r"(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])20\d\d(?!\d)",
        rf"(?<![a-z]){_MONTH}{_SEP}(?:\d{{1,2}}{_SEP})?20\d\d(?!\d)",
        rf"(?<!\d)20\d\d{_SEP}{_MONTH}(?![a-z])",
        rf"(?:revised|updated?|released?|published|posted|downloaded|created|as{_SEP}of|v|rev)"
        rf"{_SEP}(?:on{_SEP})?20\d\d(?!\d)",
    )
)


def years_in_name(name: str) -> list[int]:
    """Return the performance years that a file's name may mean: one where it says it, several in doubt."""
    left = name
    for form in _DATES:
        left = form.sub(" ", left)
    marked: set[int] = set()
    for text in (name, left):
        marked = {int(whole or f"20{short}") for whole, short in _MARKED.findall(text)}
        if len(marked) == 1 and not _RANGE.search(left):
            return list(marked)
    loose = {int(found) for found in re.findall(rf"(?<!\d){_YEAR}", left)}
    return sorted(marked | loose)
