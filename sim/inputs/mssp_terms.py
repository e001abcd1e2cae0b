"""Turns the MSSP rulebook into the arrays that its policy functions take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.inputs.mssp_columns import TRACKS
from sim.inputs.mssp_file import MsspFile
from sim.inputs.rulebook import Rulebook
from sim.policy.msr import MsrTable
from sim.policy.mssp import MsspTerms
from sim.policy.mssp_agreement import AgreementTerms

Floats = NDArray[np.float64]
Years = NDArray[np.int64]
# Published rates are rounded to a hundredth of a percent.
RATE_ROUNDING = 6e-5
BASIC = tuple(track for track in TRACKS if track.startswith("basic"))


def msr_table(rules: Rulebook) -> MsrTable:
    """Return the sliding table of minimum savings rates."""
    return MsrTable(
        band_start=rules.array("msr.band_start"),
        rate_at_start=rules.array("msr.rate_at_start"),
        rate_at_end=rules.array("msr.rate_at_end"),
        smallest_for_election=rules.number("msr.smallest_for_election"),
    )


def mssp_terms(rules: Rulebook, track: NDArray[np.str_], year: Years, agreement_year: Years) -> MsspTerms:
    """Return the terms of each ACO.

    Parameters
    ----------
    rules : Rulebook
        ``mssp``.
    track : str array, shape (aco,)
        One of ``mssp_columns.TRACKS``; ``""`` (unknown) has the terms of Track 1.
    year, agreement_year : int64 arrays, shape (aco,)
        Performance year, and the year its agreement started.
    """
    known = np.where(track == "", TRACKS[0], track)

    def by_track(name: str, missing: float) -> Floats:
        table = {one: _number(rules, f"tracks.{one}.{name}", missing) for one in np.unique(known).tolist()}
        return np.array([table[one] for one in known.tolist()], dtype=np.float64)

    def by_year(key: str) -> Floats:
        table = {int(one): rules.number(key, int(one)) for one in np.unique(year)}
        return np.array([table[one] for one in year.tolist()], dtype=np.float64)

    by_score = {int(one): rules.word("sharing.quality", int(one)) == "score" for one in np.unique(year)}
    basic = np.char.startswith(known, "basic")
    late = agreement_year >= rules.number("sharing.reduced_share_from")
    return MsspTerms(
        two_sided=by_track("two_sided", 0.0) > 0,
        maximum_share=by_track("maximum_share", 0.0),
        savings_cap=by_track("savings_cap", 0.0),
        loss_rate_lowest=by_track("loss_rate_lowest", 0.0),
        loss_rate_highest=by_track("loss_rate_highest", 0.0),
        loss_cap_benchmark=by_track("loss_cap_benchmark", np.inf),
        loss_cap_revenue=by_track("loss_cap_revenue", np.inf),
        share_by_score=np.array([by_score[one] for one in year.tolist()], dtype=bool),
        sequestration=by_year("sharing.sequestration"),
        reduced_share=np.where(basic & late, rules.number("sharing.reduced_share"), 0.0),
        # The reduced share is for ACOs of the size that an election needs (42 CFR 425.605(h)(1)).
        smallest_for_reduced=np.where(basic & late, rules.number("msr.smallest_for_election"), np.inf),
        relieved=by_year("losses.relieved"),
    )


def elected_rate(data: MsspFile, rules: Rulebook) -> Floats:
    """Return the minimum savings rate each two-sided ACO elected, NaN for the sliding table.

    CMS's file does not state the election, but the rate that it published shows it: one of the few that may
    be elected.
    """
    allowed = rules.array("msr.elections")
    nearest = allowed[np.abs(data.published_minimum_savings_rate[:, None] - allowed).argmin(axis=1)]
    close = np.abs(data.published_minimum_savings_rate - nearest) <= RATE_ROUNDING
    stated = data.elected_savings_rate
    return np.where(np.isnan(stated), np.where(close, nearest, np.nan), stated)


def glide(track: NDArray[np.str_], years: Years) -> NDArray[np.str_]:
    """Return each ACO's track `years` after the one it is stated for: BASIC rises a level a year, up to E.

    Parameters
    ----------
    track : str array, shape (aco,)
        One of ``mssp_columns.TRACKS``; other tracks than BASIC stay.
    years : int64 array, shape (aco,)

    Notes
    -----
    42 CFR 425.600(a)(4)(i): the glide path. That an ACO new to risk may stay at level A for an agreement
    (425.600(a)(4)(i)(C)(3)) is its own choice, and not taken.
    """
    level = np.array([BASIC.index(one) if one in BASIC else -1 for one in track.tolist()], np.int64)
    risen = np.clip(level + np.maximum(years, 0), 0, len(BASIC) - 1)
    return np.where(level >= 0, np.array(BASIC)[risen], track)


def _number(rules: Rulebook, key: str, missing: float) -> float:
    if key not in rules:
        return missing
    value = rules.value(key)
    return float(value) if isinstance(value, bool | float) else missing


def agreement_length(rules: Rulebook) -> Callable[[int], int]:
    """Return the function that gives the length of an agreement by its start, in years."""
    first = rules.first_py
    return lambda start: int(rules.number("benchmark.agreement_years", max(start, first)))


def earliest_agreement(rules: Rulebook) -> int:
    """Return the first start of agreements whose benchmark the rulebook states, 0 where it holds for all."""
    starts = rules.entry("benchmark.regional_cap_up").by_year
    return min((year for year, _ in starts if year is not None), default=0)


def agreement_terms(rules: Rulebook, start: int, *, first: bool) -> AgreementTerms:
    """Return the benchmark terms of agreements that start in one year.

    Parameters
    ----------
    rules : Rulebook
        ``mssp``.
    start : int
        Year the agreement starts.
    first : bool
        Whether it is the ACO's first agreement.
    """
    regional = (1 if first else 2) >= rules.number("benchmark.regional_agreement", start)
    blended = rules.flag("benchmark.blended_growth", start)
    if blended:
        below, above = (rules.array(f"benchmark.regional_weight_{side}") for side in ("below", "above"))
    else:
        below, above = np.split(rules.array("benchmark.regional_weight_before_2019"), 2)
    return AgreementTerms(
        base_weights=rules.array(f"benchmark.base_weights_{'first' if first else 'later'}"),
        regional_below=below,
        regional_above=above,
        regional_cap_up=rules.number("benchmark.regional_cap_up", start) if regional else 0.0,
        regional_cap_down=rules.number("benchmark.regional_cap_down", start) if regional else 0.0,
        regional_floor=rules.flag("benchmark.regional_floor", start),
        prior_savings_share=rules.number("benchmark.prior_savings_share", start),
        prior_savings_cap=rules.number("benchmark.prior_savings_cap"),
        population_cap=rules.number("benchmark.population_adjustment_cap", start),
        population_smallest_share=rules.number("benchmark.population_adjustment_share"),
        accountable_care_share=rules.number("benchmark.accountable_care_share", start),
        risk_cap=rules.number("risk.cap", start),
        demographic_allowance=rules.flag("risk.demographic_allowance", start),
        national_weight=None if blended else float(not regional),
        flat_update=not regional and rules.flag("benchmark.flat_update", start),
    )
