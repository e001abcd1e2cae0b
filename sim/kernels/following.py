"""Arms that follow another: people whom no difference between them can touch live the year once for all.

Arms live on the same draws. Where health parameters are the same too, chance and disease take the same course
in all of them: an arm changes to which practice people have attested, to which they are aligned, what care
costs and how it is coded. An arm that follows another therefore has only these columns of its own, and works
them out only for people who are touched: who meet, in any way, a practice that does otherwise, or stand
otherwise than in the arm followed because they met one in an earlier year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arm_year import cost_and_count
from sim.kernels.draws import Key
from sim.kernels.health import Health
from sim.kernels.jit import kernel, stage
from sim.kernels.layout import Array, Disease, Markets, People, Practices, Referrals
from sim.kernels.served import align_by_medicaid
from sim.kernels.standing import note_alignment
from sim.kernels.strip import Strip
from sim.kernels.tally import Tally
from sim.kernels.visits import attest

# Source of listed episodes of the first arm that follows; 0 is of people who are not touched, 1 of those who
# are, as the arm followed has them.
FIRST_FOLLOWER = 2


class Followers(NamedTuple):
    """Arms that follow one, and what they have of their own; all arrays are empty where nobody does.

    Attributes
    ----------
    arm : int64, shape (followers,)
        Place of each among the arms of `lives`, the columns and `apart`.
    practices : float64, shape (followers, fields, practices)
        What practices do, the fields of :class:`sim.kernels.layout.Practices` in order but for the last.
    answers : float64, shape (followers, practices, episodes, specialists a practice refers to, 3)
        That last one; no practices where it is empty in all.
    wanted : int64, shape (followers, 2, practices)
        Sums and episodes wanted of practices' people, as in :class:`sim.kernels.layout.Referrals`.
    care, monthly, episodes, referred, types, served, listed : shape (followers, ...)
        Sums of people who are touched, as in :class:`sim.kernels.tally.Tally`.
    lives : uint8, shape (arms, markets)
        Markets in which an arm works out the year of those who are touched.
    attested, aligned : int32; cell : uint8; spend : int32; falls_course : uint8, shape (arms, people)
        Columns; only people who are touched are kept.
    apart : uint8, shape (arms, people)
        Who stands otherwise on 1 January than in the arm followed.
    apart_in_any : uint8, shape (people,)
        Who does in any of the followers.
    touched : uint8, shape (people,)
        Who is touched this year.
    differs : uint8, shape (practices,)
        Practices that do otherwise in any of the followers.
    """

    arm: Array
    practices: Array
    answers: Array
    wanted: Array
    care: Array
    monthly: Array
    episodes: Array
    referred: Array
    types: Array
    served: Array
    listed: Array
    lives: Array
    attested: Array
    aligned: Array
    cell: Array
    spend: Array
    falls_course: Array
    apart: Array
    apart_in_any: Array
    touched: Array
    differs: Array


def _nothing(*kinds: tuple[type[np.generic], int]) -> list[Array]:
    return [np.empty((0,) * dims, dtype) for dtype, dims in kinds]


# Nobody follows.
NOBODY = Followers(
    *_nothing(
        (np.int64, 1),
        (np.float64, 3),
        (np.float64, 5),
        (np.int64, 3),
        (np.int64, 4),
        (np.int64, 5),
        (np.int64, 4),
        (np.int64, 6),
        (np.int64, 4),
        (np.int64, 3),
        (np.int64, 3),
        (np.uint8, 2),
        (np.int32, 2),
        (np.int32, 2),
        (np.uint8, 2),
        (np.int32, 2),
        (np.uint8, 2),
        (np.uint8, 2),
        (np.uint8, 1),
        (np.uint8, 1),
        (np.uint8, 1),
    )
)


@stage
def note_touched(
    people: People,
    first: int,
    last: int,
    n: int,
    sums: int,
    episodes: int,
    followers: Followers,
    strip: Strip,
) -> None:
    """Mark who of rows `first` to `last` is touched; keep their sums `sums` and `episodes` further on.

    People stand as on 1 January, aligned, and have chosen this year's practice.
    """
    all_attested, all_course, differs = people.attested, people.falls_course, followers.differs
    apart, touched = followers.apart_in_any, followers.touched
    row, aligned, practice, attested = strip.row, strip.aligned, strip.practice, strip.attested
    had_course = strip.had_course
    sums_at, episodes_at = strip.sums_at, strip.episodes_at
    for i in range(first, last):
        touched[i] = apart[i]
        apart[i] = 0
    for k in range(n):
        i = row[k]
        of, to = np.int64(all_attested[i]), aligned[k]
        attested[k] = of
        had_course[k] = all_course[i]
        met = touched[i] | differs[practice[k]]
        met |= differs[max(of, np.int64(0))] if of >= 0 else 0
        met |= differs[max(to, np.int64(0))] if to >= 0 else 0
        touched[i] = met
        sums_at[k] += sums if met else 0
        episodes_at[k] += episodes if met else 0


@stage
def keep_touched(begin: int, end: int, followers: Followers, strip: Strip) -> int:
    """Move those of people `begin` to `end` of a strip who are touched to its beginning; return how many."""
    touched, row, listed, whole, real = followers.touched, strip.row, strip.listed, strip.whole, strip.real
    n = 0
    for k in range(begin, end):
        listed[n] = k
        n += 1 if touched[row[k]] else 0
    for j in range(n):
        row[j] = row[listed[j]]
    for field in range(whole.shape[0]):
        for j in range(n):
            whole[field, j] = whole[field, listed[j]]
    for field in range(real.shape[0]):
        for j in range(n):
            real[field, j] = real[field, listed[j]]
    return n


@stage
def begin_year(
    people: People,
    first: int,
    last: int,
    n: int,
    everyone: int,
    own: People,
    apart: Array,
    touched: Array,
    strip: Strip,
) -> None:
    """Let those who are touched, of rows `first` to `last`, begin the year in an arm that follows.

    Of people in Medicare Advantage, listed after the first `n`, nobody is aligned. Who is touched and was not
    apart has not been kept until now.
    """
    row, attested, aligned, cell, spend = strip.row, own.attested, own.aligned, own.cell, own.spend
    course = own.falls_course
    for i in range(first, last):
        if touched[i] and apart[i] == 0:
            attested[i] = people.attested[i]
            aligned[i] = people.aligned[i]
            cell[i] = people.cell[i]
            course[i] = people.falls_course[i]
    for i in range(first, last):
        if touched[i]:
            spend[i] = 0
    for k in range(n, everyone):
        i = row[k]
        if first <= i < last and touched[i]:
            aligned[i] = -1


@stage
def end_year(people: People, first: int, last: int, arm: int, followers: Followers) -> None:
    """Mark who of rows `first` to `last` now stands otherwise in an arm than in the arm it follows."""
    touched, apart, apart_in_any = followers.touched, followers.apart[arm], followers.apart_in_any
    attested, aligned, cell = followers.attested[arm], followers.aligned[arm], followers.cell[arm]
    course = followers.falls_course[arm]
    for i in range(first, last):
        if touched[i]:
            same = (
                (attested[i] == people.attested[i])
                & (aligned[i] == people.aligned[i])
                & (cell[i] == people.cell[i])
                & (course[i] == people.falls_course[i])
            )
            apart[i] = 0 if same else 1
            apart_in_any[i] |= apart[i]


@stage
def follow_year(
    people: People,
    first: int,
    last: int,
    n: int,
    everyone: int,
    key: Key,
    year: int,
    markets: Markets,
    disease: Disease,
    health: Health,
    referrals: Referrals,
    reference_spend: Array,
    followers: Followers,
    strip: Strip,
) -> None:
    """Work out the year of those who are touched in each arm that follows.

    The strip has the `n` people of rows `first` to `last` who live the year in Original Medicare, as it went
    in the arm that is followed, and then those in Medicare Advantage; afterwards it has lost the former.
    """
    first_row, home, row = markets.first_row, people.market, strip.row
    begin = 0
    for market in range(home[first], home[last - 1] + 1):
        start, stop = max(first, first_row[market]), min(last, first_row[market + 1])
        end = begin
        while end < n and row[end] < stop:
            end += 1
        lives = False
        for f in range(followers.arm.shape[0]):
            lives = lives or followers.lives[followers.arm[f], market] != 0
        if lives:
            here = keep_touched(begin, end, followers, strip)
            for f in range(followers.arm.shape[0]):
                arm = followers.arm[f]
                if followers.lives[arm, market] == 0:
                    continue
                own = with_columns(people, arm, followers)
                does = practices_of(followers.practices[f], followers.answers[f])
                begin_year(
                    people, start, stop, n, everyone, own, followers.apart[arm], followers.touched, strip
                )
                take_standing(here, own, followers.apart[arm], strip)
                note_alignment(own, here, does, strip)
                if followers.served.size > 0:
                    align_by_medicaid(own, key, here, markets, does, strip)
                attest(own, here, does, strip)
                tally = Tally(
                    followers.care[f],
                    followers.monthly[f],
                    followers.episodes[f],
                    followers.referred[f],
                    followers.types[f],
                    followers.served[f],
                    followers.listed[f],
                )
                strip.listing[1] = FIRST_FOLLOWER + f
                cost_and_count(
                    own,
                    key,
                    year,
                    here,
                    markets,
                    does,
                    disease,
                    health,
                    Referrals(referrals.share, followers.wanted[f]),
                    reference_spend,
                    tally,
                    followers.care[f].size,
                    strip,
                )
                end_year(people, start, stop, arm, followers)
            strip.listing[1] = 0
        begin = end


@stage
def take_standing(n: int, own: People, apart: Array, strip: Strip) -> None:
    """Let people who are not apart have what they have in the arm that is followed.

    That is the practice they have attested to, and the year of falls prevention, if any, of 1 January.
    """
    all_attested, row, attested = own.attested, strip.row, strip.attested
    all_course, had_course = own.falls_course, strip.had_course
    for j in range(n):
        if apart[row[j]] == 0:
            all_attested[row[j]] = attested[j]
            all_course[row[j]] = had_course[j]


@stage
def practices_of(table: Array, answers: Array) -> Practices:
    """Return the practices whose fields but the last are the rows of a table."""
    return Practices(
        table[0],
        table[1],
        table[2],
        table[3],
        table[4],
        table[5],
        table[6],
        table[7],
        table[8],
        table[9],
        table[10],
        table[11],
        table[12],
        table[13],
        table[14],
        table[15],
        table[16],
        table[17],
        table[18],
        table[19],
        table[20],
        table[21],
        table[22],
        table[23],
        table[24],
        table[25],
        table[26],
        table[27],
        table[28],
        table[29],
        table[30],
        answers,
    )


@stage
def with_columns(people: People, arm: int, followers: Followers) -> People:
    """Return the people of the arm followed with the columns that an arm has of its own."""
    return People(
        people.birth_year,
        people.entry_year,
        people.entry_month,
        people.traits,
        people.market,
        people.frailty,
        people.cost_factor,
        people.status,
        people.conditions,
        people.high_needs,
        people.event,
        people.admissions,
        people.snf_days,
        people.practice,
        followers.attested[arm],
        people.last_main,
        people.last_other,
        people.last_main_visits,
        people.last_other_visits,
        people.older_main,
        people.older_other,
        people.older_main_visits,
        people.older_other_visits,
        followers.aligned[arm],
        followers.cell[arm],
        people.months,
        followers.spend[arm],
        people.risk,
        people.late_months,
        people.needy_risk,
        followers.falls_course[arm],
    )


@kernel
def take_where(wanted: Array, values: Array, others: Array) -> None:
    """Let `values` have those of `others` where `wanted` is not 0; all of shape (people,)."""
    for i in range(values.shape[0]):
        # Both are read before, so that many are chosen at once.
        mine, other = values[i], others[i]
        values[i] = other if wanted[i] != 0 else mine
