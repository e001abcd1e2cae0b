"""Who leaves: signs, closed forms, and CMS's files of the Shared Savings Program."""

from __future__ import annotations

import csv
import gzip
from typing import NamedTuple

import numpy as np
import pytest

from sim.behaviour.exit import ExitParameters, chance_to_leave
from sim.inputs.evidence import load_evidence

PARAMETERS = ExitParameters.read(load_evidence())
LARGE, SMALL = 20_000.0, 5_000.0


def chance(savings=0.0, lives=LARGE, uncovered=0.0, rebased=True, draw=0.0):
    columns = np.broadcast_arrays(savings, lives, uncovered, draw)
    names = ("savings", "lives", "uncovered", "draw")
    state = dict(zip(names, (np.atleast_1d(column).astype(float) for column in columns), strict=True))
    return chance_to_leave(PARAMETERS, rebased=np.full(len(state["savings"]), rebased), **state)


def log_odds(p):
    return np.log(p / (1.0 - p))


def test_a_large_aco_without_savings_leaves_at_the_stated_level():
    assert log_odds(chance())[0] == pytest.approx(PARAMETERS.level)


def test_losses_small_size_and_an_uncovered_guarantee_make_acos_leave():
    losses = chance(savings=np.array([0.05, 0.0, -0.05]))
    assert (np.diff(losses) > 0.0).all()
    assert log_odds(losses)[2] - log_odds(losses)[0] == pytest.approx(-10.0 * PARAMETERS.savings)
    assert chance(lives=SMALL) > chance(lives=PARAMETERS.small_below)
    larger = chance(uncovered=np.array([0.0, 0.01, 0.04]))
    assert (np.diff(larger) > 0.0).all()
    assert log_odds(larger)[2] - log_odds(larger)[1] == pytest.approx(3.0 * PARAMETERS.guarantee)


def test_fewer_leave_a_program_that_takes_no_new_base_years_and_before_anything_is_settled():
    lasting, rebased = chance(rebased=False), chance()
    assert lasting / (1.0 - lasting) == pytest.approx(0.7 * rebased / (1.0 - rebased), rel=1e-3)
    assert log_odds(chance(savings=np.nan)) == pytest.approx(PARAMETERS.level + PARAMETERS.unsettled)


def test_savings_beyond_those_fitted_do_not_count_further():
    low, high = PARAMETERS.savings_range
    assert chance(savings=low - 1.0) == chance(savings=low)
    assert chance(savings=high + 1.0) == chance(savings=high)


class Year(NamedTuple):
    """ACOs of a performance year by id: savings in percent of the benchmark, and people."""

    savings: dict[str, float]
    lives: dict[str, float]


@pytest.fixture(scope="module")
def published(cms_file) -> dict[int, Year]:
    what = "CMS, MSSP performance year financial and quality results, PY2013 to PY2022 in one table"
    found: dict[int, Year] = {}
    with gzip.open(cms_file("mssp/mssp_panel_2013_2022.csv.gz", what), "rt") as text:
        for row in csv.DictReader(text):
            benchmark, spent = float(row["abtotbnchmk"]), float(row["abtotexp"])
            year = found.setdefault(int(row["year"]), Year({}, {}))
            year.savings[row["aco_id"]] = 100.0 * (benchmark - spent) / benchmark
            year.lives[row["aco_id"]] = float(row["n_ab"])
    return found


def leavers(published, year):
    """Return savings (mean of two years, clipped), whether small, and whether absent from the next year."""
    now, before, after = (published[one] for one in (year, year - 1, year + 1))
    ids = list(now.savings)
    here = np.clip([now.savings[one] for one in ids], -10.0, 15.0)
    earlier = np.clip([before.savings.get(one, np.nan) for one in ids], -10.0, 15.0)
    mean = np.where(np.isnan(earlier), here, (here + earlier) / 2.0)
    small = np.array([now.lives[one] < PARAMETERS.small_below for one in ids])
    return mean, small, np.array([one not in after.savings for one in ids])


def fitted(savings, small, left):
    """Return the coefficients of a logit and their standard errors."""
    table = np.stack([np.ones(len(left)), savings, small], axis=1)
    found = np.zeros(3)
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-table @ found))
        information = table.T @ (table * (p * (1.0 - p))[:, None])
        found += np.linalg.solve(information, table.T @ (left - p))
    return found, np.sqrt(np.diag(np.linalg.inv(information)))


def test_the_evidence_is_the_fit_to_the_last_year_up_to_2019(published):
    found, error = fitted(*leavers(published, 2018))
    stated = [PARAMETERS.level, PARAMETERS.savings, PARAMETERS.small]
    assert found == pytest.approx(stated, abs=0.005)
    spreads = [load_evidence().entry(f"leaving.{key}").distribution["sd"] for key in ("level", "savings")]
    assert error[:2] == pytest.approx(spreads, abs=0.005)


def test_it_foretells_who_left_after_2021(published):
    savings, small, left = leavers(published, 2021)
    foretold = chance(savings=savings / 100.0, lives=np.where(small, SMALL, LARGE))
    # 12.4 % left, 10.8 % are foretold; of small ones 26.9 % against 19 %, of others 8.4 % against 8.5 %.
    assert left.mean() == pytest.approx(0.124, abs=0.001)
    assert foretold.mean() == pytest.approx(left.mean(), abs=0.02)
    for group in (small, ~small):
        error = np.sqrt(left[group].mean() * (1.0 - left[group].mean()) / group.sum())
        assert abs(foretold[group].mean() - left[group].mean()) < 2.0 * error
    ranked = np.argsort(foretold)
    third = len(ranked) // 3
    assert left[ranked[-third:]].mean() > 2.0 * left[ranked[:third]].mean()
