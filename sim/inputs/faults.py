"""Faults in a user's input: each names the file, the key path, the value and what is allowed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# A file of the wrong kind has a fault in every row.
FAULTS_SHOWN = 50
# Characters of a value that a fault shows.
_SHOWN = 300
# Longer words are nobody's slip, and take long to compare.
_LONGEST_WORD = 100


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option a misspelt word most likely meant, or None."""
    if len(word) > _LONGEST_WORD:
        return None
    known = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


def shortened(value: object) -> str:
    """Return a value as text, its middle left out where it is too long to read."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python writes no integer of more than 4,300 digits.
        return f"a {type(value).__name__} too long to show"
    return cut(text)


def printable(text: str) -> str:
    """Return a text with control characters written out, so that no name can steer a terminal."""
    return "".join(
        one if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf") else repr(one)[1:-1]
        for one in text
    )


def cut(text: str) -> str:
    """Return a text, its middle left out where it is too long to read."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]} ... {text[-_SHOWN // 4 :]}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    file : str
        The file (or command-line option) the value came from.
    key : str
        Dotted path of the key, ``""`` when the file as a whole is at fault.
    problem : str
        What is wrong, including the value met.
    allowed : str
        What would have been right.
    meant : str or None
        The nearest thing that would have been right, when one is near.
    options : tuple of str
        What the last part of the key may have meant; searched only when the fault is shown.
    """

    file: str
    key: str
    problem: str
    allowed: str
    meant: str | None = None
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file}: {cut(self.key)}" if self.key else self.file
        meant = self.meant or nearest(self.key.rpartition(".")[2], self.options)
        hint = f"; did you mean '{meant}'?" if meant else ""
        return printable(f"{place}: {cut(self.problem)} -> {self.allowed}{hint}")


class InputError(ValueError):
    """All faults found in a user's input, raised together.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__()

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """The faults in words, and how many more there are than are shown."""
        more = len(self.faults) - FAULTS_SHOWN
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        return [*shown, f"... and {more} more"] if more > 0 else shown

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


def unknown_key(file: str, key: str, options: Iterable[str]) -> Fault:
    """Return the fault of a key nobody knows, with the nearest known key."""
    known = sorted(options)
    allowed = f"known keys here: {', '.join(known)}" if known else "has no keys"
    return Fault(file, key, "is not a known key", allowed, options=tuple(known))


def wrong_choice(file: str, key: str, value: object, options: Iterable[str]) -> Fault:
    """Return the fault of a value outside a closed list, with the nearest option."""
    known = list(options)
    text = shortened(value)
    return Fault(
        file, key, f"= {text}", f"must be one of {', '.join(known)}", nearest(text.strip("'"), known)
    )


def unknown_aco(file: str, key: str, name: str, known: Iterable[str]) -> Fault:
    """Return the fault of an ACO that the population does not have."""
    return Fault(file, key, "is not an ACO of the population", "must name one of them", nearest(name, known))
