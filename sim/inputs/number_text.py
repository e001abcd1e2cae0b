"""Numbers as people write them: thousands apart, decimal points and commas, currency, brackets, per cent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

POINT, COMMA = ".", ","
EITHER = frozenset({POINT, COMMA})

# Longer text is no number of a results file, and takes long to take apart.
_LONGEST = 100

_CURRENCY = re.compile(r"^(?:US\$|USD|EUR|\$|€|£)\s*|\s*(?:USD|EUR|\$|€|£)$", re.IGNORECASE)
# Groups of three after a space or an apostrophe: 262 500 000 and 262'500'000.
_SPACED = re.compile(r"\d{1,3}(?:[ '\u2019]\d{3})+(?=\D|$)")
_EXPONENT = r"(?:[eE][-+]?\d+)?"
# Lakhs and crores have groups of two; the last group has three digits everywhere.
_WITH_POINT = re.compile(
    rf"\d*(?:\.\d*)?{_EXPONENT}|[1-9]\d{{0,2}}(?:,\d{{2,3}})*,\d{{3}}(?:\.\d*)?", re.ASCII
)
_WITH_COMMA = re.compile(rf"\d*(?:,\d*)?{_EXPONENT}|[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d*)?", re.ASCII)
# Most cells: digits, perhaps a sign and a point.
_SIMPLE = re.compile(r"(-?)(\d+(?:\.\d*)?)", re.ASCII)
_DASHES = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2011": "-", "\uff05": "%"})
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written.

    Attributes
    ----------
    digits : str
        Digits with points and commas, no sign.
    sign : float
        1 or -1.
    percent : bool
        Whether a percent sign stood with it.
    marks : frozenset of str
        Which of :data:`POINT` and :data:`COMMA` may be its decimal mark; both where it shows nothing.
    """

    digits: str
    sign: float
    percent: bool
    marks: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether its value depends on which mark is the decimal one: ``1,234`` and ``1.234``."""
        return self.marks == EITHER and (POINT in self.digits or COMMA in self.digits)

    @property
    def decimals(self) -> int:
        """Digits after the last mark."""
        return len(re.split(r"[.,]", re.split(r"[eE]", self.digits)[0])[-1])

    def value(self, mark: str) -> float | None:
        """Return the number with `mark` as the decimal mark; None where it cannot be that or is endless."""
        if mark not in self.marks:
            return None
        other = COMMA if mark == POINT else POINT
        number = float(self.digits.replace(other, "").replace(mark, POINT))
        # Dividing keeps 7.17 % the double nearest to 0.0717, which multiplying by 0.01 does not.
        found = self.sign * number / (100.0 if self.percent else 1.0)
        return found if isfinite(found) else None


def read_number(text: str) -> Written | None:
    """Return a number taken apart, or None where `text` is none.

    ``"1,234"``, ``"$1,234.50"``, ``"(1,234)"``, ``"1 234,50"``, ``"1'234"``, ``"1234-"`` and ``"7.17%"`` are
    numbers.
    """
    if len(text) > _LONGEST:
        return None
    simple = _SIMPLE.fullmatch(text)
    if simple:
        digits = simple[2]
        marks = EITHER if POINT not in digits or _WITH_COMMA.fullmatch(digits) else frozenset({POINT})
        return Written(digits, -1.0 if simple[1] else 1.0, False, marks)
    left = text.translate(_DASHES).translate(_SPACES).strip()
    percent, bracketed, signs, currencies = False, False, 0, 0
    negative = False
    while True:
        before = left
        if left.endswith("%") and not percent:
            percent, left = True, left[:-1].strip()
        if left.startswith("(") and left.endswith(")") and not bracketed:
            bracketed, negative, left = True, True, left[1:-1].strip()
        left, found = _CURRENCY.subn("", left, count=1)
        currencies += found
        for sign in "+-":
            if left.startswith(sign) or (left.endswith(sign) and sign == "-"):
                signs, negative = signs + 1, negative or sign == "-"
                left = left.removeprefix(sign) if left.startswith(sign) else left.removesuffix(sign)
                left = left.strip()
        if left == before:
            break
    if signs + bracketed > 1 or currencies + percent > 1:
        return None
    left = _SPACED.sub(lambda found: re.sub(r"\D", "", found[0]), left, count=1)
    if not any(letter.isdecimal() for letter in re.split(r"[eE]", left)[0]):
        return None
    marks = frozenset(
        mark for mark, form in ((POINT, _WITH_POINT), (COMMA, _WITH_COMMA)) if form.fullmatch(left)
    )
    return Written(left, -1.0 if negative else 1.0, percent, marks) if marks else None


def marks_shown(texts: Iterable[str]) -> frozenset[str]:
    """Return which decimal marks the numbers among `texts` prove: none, one or both."""
    cells = list(texts)

    def proves(mark: str) -> bool:
        found = (read_number(text) for text in cells if mark in text)
        return any(number is not None and number.marks == {mark} for number in found)

    return frozenset(mark for mark in (POINT, COMMA) if proves(mark))


def column_mark(
    numbers: Iterable[Written | None], elsewhere: frozenset[str]
) -> tuple[str, list[tuple[int, str]]]:
    """Return a column's decimal mark, and which of its numbers cannot be read for sure.

    Parameters
    ----------
    numbers : iterable of Written or None
        The column; None where a cell holds no number.
    elsewhere : frozenset of str
        What the whole file proves (:func:`marks_shown`).

    Returns
    -------
    mark : str
        What the column proves; where it proves nothing, what the file proves; a point where that proves
        nothing, as CMS writes.
    doubtful : list of (int, str)
        Position and why: one that contradicts the others of the column, or that could be either.
    """
    found = [(at, number) for at, number in enumerate(numbers) if number is not None]
    proofs = {mark: [at for at, number in found if number.marks == {mark}] for mark in (POINT, COMMA)}
    if proofs[POINT] and proofs[COMMA]:
        fewer = min((POINT, COMMA), key=lambda mark: len(proofs[mark]))
        names = {POINT: "a decimal point", COMMA: "a decimal comma"}
        other = names[COMMA if fewer == POINT else POINT]
        return POINT, [(at, f"has {names[fewer]}, others of the column {other}") for at in proofs[fewer]]
    doubt = [(at, number) for at, number in found if number.is_open]
    reason = "may have a decimal mark or one between thousands"
    if proofs[COMMA]:
        # Cents have two digits: three after a comma are as likely a thousand, unless others show three too.
        fine = any(number.decimals > 2 for _, number in found if number.marks == {COMMA})
        return COMMA, [(at, reason) for at, number in doubt if COMMA in number.digits and not fine]
    if proofs[POINT] or elsewhere != EITHER:
        only = COMMA if not proofs[POINT] and elsewhere == {COMMA} else POINT
        return only, []
    return POINT, [(at, reason) for at, _ in doubt]
