"""Who lives a year in Original Medicare or Medicare Advantage, and the facts of 1 January."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import AGED_IN, DUAL, FEMALE, OLDEST, Kind, Status
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Disease, People
from sim.kernels.risk_score import place_scores
from sim.kernels.strip import Strip

_FUTURE, _ENROLLED, _ADVANTAGE, _DEAD = (int(status) for status in Status)
_ESRD, _DISABLED, _AGED_DUAL, _AGED_NON_DUAL = (int(kind) for kind in Kind)


@stage
def list_people(people: People, start: int, stop: int, year: int, strip: Strip) -> tuple[int, int]:
    """List who lives the year, entrants among them, and then who is in Medicare Advantage.

    Returns
    -------
    tuple of int
        People in Original Medicare, and people in all.
    """
    all_status, entry_year, entry_month = people.status, people.entry_year, people.entry_month
    all_months, all_spend = people.months, people.spend
    row, away, entering, first_month = strip.row, strip.hit_row, strip.entering, strip.first_month
    for i in range(start, stop):
        all_months[i] = 0
    for i in range(start, stop):
        all_spend[i] = 0
    n = 0
    gone = 0
    for i in range(start, stop):
        status = all_status[i]
        row[n] = i
        away[gone] = i
        n += 1 if (status == _ENROLLED) | ((status == _FUTURE) & (entry_year[i] == year)) else 0
        gone += 1 if status == _ADVANTAGE else 0
    for k in range(n):
        enters = all_status[row[k]] == _FUTURE
        month = entry_month[row[k]]
        entering[k] = 1 if enters else 0
        first_month[k] = month if enters else 1
    for k in range(gone):
        row[n + k] = away[k]
    return n, n + gone


@inlined
def is_new_enrollee(entry_year: int, entry_month: int, birth_year: int, year: int) -> bool:
    """Whether a person has under twelve months of Part B in the year before.

    People who enter after 65 come back from Medicare Advantage and have had Part B there; nothing is known of
    the time before the first year of a history, which only the years after it look back on.
    """
    late = (year == entry_year) | ((year == entry_year + 1) & (entry_month > 1))
    return late & (entry_year - birth_year <= AGED_IN)


@stage
def note_facts(
    people: People, year: int, n: int, disease: Disease, kidney_failure: int, strip: Strip
) -> None:
    """Note the facts of 1 January of the first `n` people."""
    birth_year, all_traits, home = people.birth_year, people.traits, people.market
    entry_year, entry_month = people.entry_year, people.entry_month
    all_conditions, had_event = people.conditions, people.event
    row, age, sex, dual, event = strip.row, strip.age, strip.sex, strip.dual, strip.had_event
    traits, kind, market, conditions = strip.traits, strip.kind, strip.market, strip.conditions
    new_enrollee, late = strip.new_enrollee, strip.listed
    lately = 0
    for k in range(n):
        i = row[k]
        new_enrollee[k] = 0
        late[lately] = k
        lately += 1 if np.int64(entry_year[i]) >= year - 1 else 0
        years = min(np.int64(year) - np.int64(birth_year[i]), np.int64(OLDEST))
        trait = np.int64(all_traits[i])
        carried = np.int64(all_conditions[i])
        woman = 1 if trait & FEMALE else 0
        medicaid = 1 if trait & DUAL else 0
        failed = 1 if carried & kidney_failure else 0
        aged_as = _AGED_DUAL if medicaid else _AGED_NON_DUAL
        enrolled_as = _ESRD if failed else (_DISABLED if years < AGED_IN else aged_as)
        age[k] = years
        sex[k] = woman
        dual[k] = medicaid
        traits[k] = trait
        kind[k] = enrolled_as
        market[k] = home[i]
        conditions[k] = carried
        event[k] = had_event[i]
    for j in range(lately):
        k = late[j]
        i = row[k]
        entered, month = np.int64(entry_year[i]), np.int64(entry_month[i])
        new_enrollee[k] = 1 if is_new_enrollee(entered, month, np.int64(birth_year[i]), year) else 0
    place_scores(n, disease, strip)
