"""What holds an ACO's losses: stop-loss by person, model-wide charge, and what a guarantee has to pay."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.policy.arrays import Floats, dollars, ratio

Ints = NDArray[np.int64]


def expected_of_person(
    per_month: ArrayLike, mean_score: ArrayLike, score: ArrayLike, months: ArrayLike
) -> Floats:
    """Return what the benchmark expects a person to cost, USD: its PBPM at the person's risk.

    Parameters
    ----------
    per_month : array_like
        Benchmark PBPM of the person's cell, USD.
    mean_score : array_like
        Mean risk score of the people whom that PBPM is of, in the measure of `score`.
    score, months : array_like
        The person's risk score and months.

    Notes
    -----
    Wakely, ACO REACH PY2023 webinar and a public brief on CARA, 2026: actual less predicted cost, by risk
    score and benchmark. Over all people of a cell it adds up to the cell's benchmark.
    """
    relative = ratio(score, mean_score, 0.0)
    return np.asarray(dollars(np.asarray(per_month, np.float64) * relative, np.asarray(months, np.float64)))


def prorated(attachments: ArrayLike, months: ArrayLike) -> Floats:
    """Return attachments of people who were there for part of a year, USD of shape (2, people).

    Parameters
    ----------
    attachments : array_like, shape (2,)
        Of a whole year, USD.
    months : array_like, shape (people,)
    """
    share = np.asarray(months, np.float64) / MONTHS_A_YEAR
    return np.asarray(np.asarray(attachments, np.float64)[:, None] * share)


def neutral_share(payouts: ArrayLike, expected: ArrayLike) -> Floats:
    """Return the charge, as a share of expected spending, that pays for all payouts; 0 where nothing is.

    Parameters
    ----------
    payouts, expected : array_like
        What stop-loss would pay, and what is expected, of everybody model-wide, USD.

    Notes
    -----
    BNMR template of ACO REACH, lines 17-19: charges go by average payout experience, and charges and payouts
    balance model-wide.
    """
    return ratio(payouts, expected, 0.0)


def stop_loss_charge(share: ArrayLike, stated_pbpm: float, expected: Floats, months: Floats) -> Floats:
    """Return the charge in USD: a share of expected spending, and a stated amount per person-month."""
    return np.asarray(np.asarray(share, np.float64) * expected + stated_pbpm * months)


def called_and_owed(held: Ints, due: Ints, guarantee: Ints) -> tuple[Ints, Ints]:
    """Return what is called from a financial guarantee, and what stays a debt, in cents.

    Parameters
    ----------
    held : int64 array
        Cash and reserves once all that is due is taken off; negative where they do not reach.
    due : int64 array
        What is owed to Medicare, 0 or more.
    guarantee : int64 array
        What the guarantee can still pay.

    Notes
    -----
    Assumed: an ACO pays out of cash and reserves first, the guarantee what these do not reach, up to its
    amount, and the rest stays owed.
    """
    lacking = np.clip(-held, 0, due)
    called = np.minimum(lacking, guarantee)
    return called, lacking - called
