"""Whose year is lived where arms share people: those whom what an arm does otherwise can touch.

Arms live on the same draws, so people whom no difference between two arms touches live the same year in both.
An arm that is followed lives everybody and notes who is touched; an arm that follows lives those alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.codes import Status
from sim.kernels.jit import kernel, stage
from sim.kernels.layout import Array, People
from sim.kernels.strip import STRIP, Strip

_FUTURE, _ENROLLED, _ADVANTAGE = int(Status.FUTURE), int(Status.ENROLLED), int(Status.ADVANTAGE)


class Selection(NamedTuple):
    """Marks of practices, people and markets, uint8; all are empty where an arm lives by itself.

    Attributes
    ----------
    differs : shape (practices,) or (0,)
        For an arm that is followed: practices that do otherwise in an arm that follows.
    apart : shape (people,) or (0,)
        For an arm that is followed: people who stand otherwise on 1 January in an arm that follows.
    touched : shape (people,) or (0,)
        Written by the arm that is followed, read by those that follow: who is apart, or meets this year in
        any way a practice that differs.
    lives : shape (markets,) or (0,)
        For an arm that follows: markets whose touched people it lives.
    """

    differs: Array
    apart: Array
    touched: Array
    lives: Array


_NONE = np.empty(0, np.uint8)
EVERYBODY = Selection(_NONE, _NONE, _NONE, _NONE)


@stage
def note_apart(people: People, first: int, last: int, n: int, selection: Selection, strip: Strip) -> None:
    """Mark who of rows `first` to `last` is apart, or has attested to a practice that differs."""
    attested, differs, apart, touched = people.attested, selection.differs, selection.apart, selection.touched
    row, met = strip.row, strip.met
    for i in range(first, last):
        touched[i] = apart[i]
    for k in range(n):
        i = row[k]
        of = np.int64(attested[i])
        met[k] = apart[i] | (differs[max(of, np.int64(0))] if of >= 0 else 0)


@stage
def note_touched(n: int, sums: int, episodes: int, selection: Selection, strip: Strip) -> None:
    """Mark whom a practice that differs touches, and keep their sums `sums` and `episodes` further on."""
    differs, touched = selection.differs, selection.touched
    row, met, aligned, practice = strip.row, strip.met, strip.aligned, strip.practice
    sums_at, episodes_at = strip.sums_at, strip.episodes_at
    for k in range(n):
        to = aligned[k]
        reached = met[k] | differs[practice[k]] | (differs[max(to, np.int64(0))] if to >= 0 else 0)
        touched[row[k]] = reached
        sums_at[k] += sums if reached else 0
        episodes_at[k] += episodes if reached else 0


@stage
def end_of_strip(people: People, first: int, stop: int, selection: Selection) -> int:
    """Return the row before which a strip is full of people who are touched."""
    market, touched, lives = people.market, selection.touched, selection.lives
    chosen = 0
    for i in range(first, stop):
        chosen += 1 if touched[i] != 0 and lives[market[i]] != 0 else 0
        if chosen == STRIP:
            return i + 1
    return stop


@stage
def list_touched(
    people: People, first: int, last: int, year: int, selection: Selection, strip: Strip
) -> tuple[int, int]:
    """Do what :func:`sim.kernels.enrolment.list_people` does, for people who are touched."""
    market, touched, lives = people.market, selection.touched, selection.lives
    all_status, entry_year, entry_month = people.status, people.entry_year, people.entry_month
    all_months, all_spend = people.months, people.spend
    row, away, entering, first_month = strip.row, strip.hit_row, strip.entering, strip.first_month
    n = 0
    gone = 0
    for i in range(first, last):
        if touched[i] == 0 or lives[market[i]] == 0:
            continue
        all_months[i] = 0
        all_spend[i] = 0
        status = all_status[i]
        enters = (status == _FUTURE) & (entry_year[i] == year)
        if (status == _ENROLLED) | enters:
            row[n] = i
            entering[n] = 1 if enters else 0
            first_month[n] = entry_month[i] if enters else 1
            n += 1
        elif status == _ADVANTAGE:
            away[gone] = i
            gone += 1
    for k in range(gone):
        row[n + k] = away[k]
    return n, n + gone


@kernel
def take_over(
    people: People, before: People, start: int, stop: int, apart: Array, selection: Selection
) -> int:
    """Let people who are touched, and until now stood alike in both arms, stand as they did in `before`.

    Parameters
    ----------
    people : People
        Of the arm that follows.
    before : People
        Rows `start` to `stop` of the arm that is followed, before it lived the year.
    start, stop : int
    apart : uint8, shape (people,)
        Who stands otherwise in this arm.
    selection : Selection
        Of the arm that follows.

    Returns
    -------
    int
        People taken over.
    """
    market, touched, lives = people.market, selection.touched, selection.lives
    taken = 0
    for i in range(start, stop):
        if touched[i] == 0 or apart[i] != 0 or lives[market[i]] == 0:
            continue
        at = i - start
        people.status[i] = before.status[at]
        people.conditions[i] = before.conditions[at]
        people.high_needs[i] = before.high_needs[at]
        people.event[i] = before.event[at]
        people.admissions[i] = before.admissions[at]
        people.snf_days[i] = before.snf_days[at]
        people.practice[i] = before.practice[at]
        people.attested[i] = before.attested[at]
        people.last_main[i] = before.last_main[at]
        people.last_other[i] = before.last_other[at]
        people.last_main_visits[i] = before.last_main_visits[at]
        people.last_other_visits[i] = before.last_other_visits[at]
        people.older_main[i] = before.older_main[at]
        people.older_other[i] = before.older_other[at]
        people.older_main_visits[i] = before.older_main_visits[at]
        people.older_other_visits[i] = before.older_other_visits[at]
        people.aligned[i] = before.aligned[at]
        people.cell[i] = before.cell[at]
        people.risk[i] = before.risk[at]
        taken += 1
    return taken


@kernel
def note_differences(
    people: People,
    followed: People,
    start: int,
    stop: int,
    apart: Array,
    apart_any: Array,
    selection: Selection,
) -> int:
    """Mark in `apart`, and in `apart_any`, which touched people now stand otherwise than in `followed`.

    Months and spending of a year do not count: nothing follows from them.
    """
    market, touched, lives = people.market, selection.touched, selection.lives
    found = 0
    for i in range(start, stop):
        if touched[i] == 0 or lives[market[i]] == 0:
            continue
        same = (
            (people.status[i] == followed.status[i])
            & (people.conditions[i] == followed.conditions[i])
            & (people.high_needs[i] == followed.high_needs[i])
            & (people.event[i] == followed.event[i])
            & (people.admissions[i] == followed.admissions[i])
            & (people.snf_days[i] == followed.snf_days[i])
            & (people.practice[i] == followed.practice[i])
            & (people.attested[i] == followed.attested[i])
            & (people.last_main[i] == followed.last_main[i])
            & (people.last_other[i] == followed.last_other[i])
            & (people.last_main_visits[i] == followed.last_main_visits[i])
            & (people.last_other_visits[i] == followed.last_other_visits[i])
            & (people.older_main[i] == followed.older_main[i])
            & (people.older_other[i] == followed.older_other[i])
            & (people.older_main_visits[i] == followed.older_main_visits[i])
            & (people.older_other_visits[i] == followed.older_other_visits[i])
            & (people.aligned[i] == followed.aligned[i])
            & (people.cell[i] == followed.cell[i])
            & (people.risk[i] == followed.risk[i])
        )
        apart[i] = 0 if same else 1
        apart_any[i] |= 0 if same else 1
        found += 0 if same else 1
    return found
