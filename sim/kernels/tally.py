"""The exact sums of a year: one named tuple, added to by the kernels and over chunks of people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from sim.kernels.codes import (
    BY_MONTH,
    BY_SPECIALIST,
    MONTHS_A_YEAR,
    N_CELLS,
    N_EPISODE_SUMS,
    N_EPISODES,
    N_KINDS,
    N_LISTED,
    N_MONTH_SUMS,
    N_REFERRED_SUMS,
    N_SERVED_SUMS,
    N_SUMS,
    N_TYPE_SUMS,
)
from sim.kernels.layout import Array


class Asked(NamedTuple):
    """Which of the sums that cost time somebody wants; the others are left out.

    Attributes
    ----------
    monthly : tuple of int
        Whether months and money by calendar month are wanted of the people aligned to each practice, 0 or 1;
        empty for none.
    referred : bool
        Episodes by specialist, with their expected cost, of everybody.
    types : bool
        Months and money by enrollment type.
    served : bool
        People in home-based programmes, and duals; without them nobody is, and Medicaid aligns nobody.
    listed : tuple of int
        Kinds of episode, a bit each, that are wanted one by one of the people aligned to each practice; empty
        for none.
    """

    monthly: tuple[int, ...] = ()
    referred: bool = False
    types: bool = False
    served: bool = False
    listed: tuple[int, ...] = ()

    @property
    def episodes(self) -> bool:
        """Whether it matters who leads an episode."""
        return self.referred or any(self.listed)

    def of_practices(self, n_practices: int) -> Array:
        """Return what is wanted of each practice's people, see :class:`sim.kernels.layout.Referrals`."""
        nothing = (0,) * n_practices
        wanted = np.array(self.listed or nothing, np.int64)
        wanted += BY_MONTH * np.array(self.monthly or nothing, np.int64)
        return wanted + (BY_SPECIALIST if self.referred else 0)


def together(wants: Sequence[Asked]) -> Asked:
    """Return the sums that anybody wants."""

    def of_any(lists: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(reduce(or_, wanted) for wanted in zip(*filter(None, lists), strict=True))

    return Asked(
        monthly=of_any([one.monthly for one in wants]),
        referred=any(one.referred for one in wants),
        types=any(one.types for one in wants),
        served=any(one.served for one in wants),
        listed=of_any([one.listed for one in wants]),
    )


class Tally(NamedTuple):
    """Exact integer sums of a year, int64.

    A place is the practice that people are aligned to, then, for people aligned to none, their market.

    Attributes
    ----------
    care : shape (places, cells, sums)
        By :class:`sim.kernels.codes.Sum`.
    monthly : shape (practices, cells, 12, month sums) or (0, ...)
        Of people aligned to the practices that asked for it, by calendar month and
        :class:`sim.kernels.codes.MonthSum`; over the months they add up to those of `care`.
    episodes : shape (places, episodes, episode sums)
        By kind of episode and :class:`sim.kernels.codes.EpisodeSum`.
    referred : shape (2, practices, episodes, specialists a practice refers to, referred sums) or (0, ...)
        Of people aligned to the practice and, second, of those aligned to none whose usual practice it is, by
        :class:`sim.kernels.codes.ReferredSum`. Which specialist that is, the practice's referrals say.
    types : shape (places, kinds, type sums) or (0, ...)
        By enrollment type and :class:`sim.kernels.codes.TypeSum`.
    served : shape (practices, served sums) or (0, ...)
        Of people aligned to the practice, by :class:`sim.kernels.codes.ServedSum`.
    listed : shape (episodes, fields) or (0, ...)
        Episodes of people aligned to practices that asked for them, one by one, by person and
        :class:`sim.kernels.codes.Listed`. No sum: the kernels leave it empty, and who lets people live a year
        puts it there.
    """

    care: Array
    monthly: Array
    episodes: Array
    referred: Array
    types: Array
    served: Array
    listed: Array


NOTHING_FURTHER = Asked()


def zeros(
    n_practices: int, n_markets: int, asked: Asked = NOTHING_FURTHER, *, n_referred: int = 0, regions: int = 1
) -> Tally:
    """Return sums that are all zero.

    Parameters
    ----------
    n_practices, n_markets : int
    asked : Asked
    n_referred : int
        Specialists to whom a practice refers in a specialty.
    regions : int
        Places, practices, and the halves of `referred`, are repeated so many times.
    """
    places = regions * (n_practices + n_markets)
    monthly, halves, typed = (
        regions * n_practices if any(asked.monthly) else 0,
        2 * regions if asked.referred else 0,
        places if asked.types else 0,
    )
    return Tally(
        care=np.zeros((places, N_CELLS, N_SUMS), np.int64),
        monthly=np.zeros((monthly, N_CELLS, MONTHS_A_YEAR, N_MONTH_SUMS), np.int64),
        episodes=np.zeros((places, N_EPISODES, N_EPISODE_SUMS), np.int64),
        referred=np.zeros((halves, n_practices, N_EPISODES, n_referred, N_REFERRED_SUMS), np.int64),
        types=np.zeros((typed, N_KINDS, N_TYPE_SUMS), np.int64),
        served=np.zeros((regions * n_practices if asked.served else 0, N_SERVED_SUMS), np.int64),
        listed=np.zeros((0, N_LISTED), np.int64),
    )


def add(into: Tally, other: Tally) -> None:
    """Add the sums of `other` to those of `into`."""
    for sums, others in zip(into, other, strict=True):
        np.add(sums, others, out=sums)


def without_specialists(sums: Tally) -> Tally:
    """Return the same sums without what is by specialist, which is large and of use in its year only."""
    return sums._replace(
        referred=np.zeros((0, *sums.referred.shape[1:]), np.int64), listed=sums.listed[:0].copy()
    )
