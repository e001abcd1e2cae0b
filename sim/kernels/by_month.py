"""Months and money of a year by calendar month, each in the cell in which the year's sums have them."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import BY_MONTH, MONTHS_A_YEAR, N_CELLS, N_MONTH_SUMS, MonthSum
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, People
from sim.kernels.strip import Strip

_MONTHS, _SPEND = int(MonthSum.MONTHS), int(MonthSum.SPEND)
_CELL = MONTHS_A_YEAR * N_MONTH_SUMS


@inlined
def add_months(monthly: Array, at: int, first: int, months: int, cents: int) -> None:
    """Add so many months from `first` on, and `cents` spread evenly over them.

    The cents that do not divide go where the running total passes a whole cent, so that nothing is lost.
    """
    each, rest = cents // max(months, 1), cents % max(months, 1)
    over = 0
    to = at + (first - 1) * N_MONTH_SUMS
    for _ in range(months):
        over += rest
        passed = 1 if over >= months else 0
        over -= passed * months
        monthly[to + _MONTHS] += 1
        monthly[to + _SPEND] += each + passed
        to += N_MONTH_SUMS


@stage
def count_by_month(people: People, n: int, wanted: Array, monthly: Array, region: int, strip: Strip) -> None:
    """Add months and money by calendar month of people of whom it is `wanted` to the flattened `monthly`.

    It is wanted of people aligned to some practices, see :class:`sim.kernels.layout.Referrals`. People whose
    sums of care begin beyond `region` are those of the second region.
    The money of an acute event and of a procedure belongs to their month, all other money evenly to the
    months enrolled. Of people who meet a High Needs criterion within the year, the year's sums put money into
    the two cells by months; the event's and the procedure's money is then in its month as far as the cell's
    share of the year's money reaches.
    """
    all_spend = people.spend
    row, months, late_months, first_month = strip.row, strip.months, strip.late_months, strip.first_month
    event_cents, event_month = strip.event_cents, strip.event_month
    procedure_cents, procedure_month = strip.procedure_cents, strip.procedure_month
    sums_at, aligned, cell = strip.sums_at, strip.aligned, strip.cell
    half = monthly.shape[0] // 2
    for k in range(n):
        to, enrolled = aligned[k], months[k]
        touched = 1 if sums_at[k] >= region else 0
        if to < 0 or enrolled == 0 or wanted[touched, to] & BY_MONTH == 0:
            continue
        cents = np.int64(all_spend[row[k]])
        late = late_months[k]
        late_cents = cents * late // enrolled
        at = (to * N_CELLS + cell[k]) * _CELL + touched * half
        begins = first_month[k]
        for part in range(2 if late else 1):
            here = late if part else enrolled - late
            left = late_cents if part else cents - late_cents
            if event_cents[k] > 0 and begins <= event_month[k] < begins + here:
                own = min(event_cents[k], left)
                monthly[at + (event_month[k] - 1) * N_MONTH_SUMS + _SPEND] += own
                left -= own
            if procedure_cents[k] > 0 and begins <= procedure_month[k] < begins + here:
                own = min(procedure_cents[k], left)
                monthly[at + (procedure_month[k] - 1) * N_MONTH_SUMS + _SPEND] += own
                left -= own
            add_months(monthly, at, begins, here, left)
            begins += here
            at += 2 * _CELL
