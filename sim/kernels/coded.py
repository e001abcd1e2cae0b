"""What each person's coded risk scores of a lived year were, by themselves."""

from __future__ import annotations

import numpy as np

from sim.kernels.enrolment import is_new_enrollee
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import Array, People


@inlined
def coded_score(people: People, i: int, year: int, coding: Array) -> tuple[np.float32, np.float32]:
    """Return a person's scores that a year's sums count: prospective, and of the High Needs model."""
    aligned = np.int64(people.aligned[i])
    entered, month = np.int64(people.entry_year[i]), np.int64(people.entry_month[i])
    factor = coding[aligned] if aligned >= 0 else 1.0
    new = is_new_enrollee(entered, month, np.int64(people.birth_year[i]), year)
    return np.float32(people.risk[i] * (1.0 if new else factor)), np.float32(people.needy_risk[i] * factor)


@kernel
def coded_scores(
    people: People, rows: Array, year: int, coding: Array, prospective: Array, concurrent: Array
) -> None:
    """Write down the scores that a year's sums count, as the practice aligned to has coded them.

    Parameters
    ----------
    people : People
        Columns as the year left them; not changed.
    rows : int64, shape (some,)
        Whose.
    year : int
    coding : float64, shape (practices,)
        Factor on the scores that each practice submits this year.
    prospective, concurrent : float32, shape (some,)
        Written to; the second means something for people with High Needs months alone.
    """
    for j in range(rows.shape[0]):
        prospective[j], concurrent[j] = coded_score(people, rows[j], year, coding)
