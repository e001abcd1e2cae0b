"""What practices can do to people in the kernel: each lever moves what it should, by how much it should."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import live_history, newborn

from sim.kernels.codes import AGED_IN, RISK_UNIT, Cell, Sum
from sim.kernels.layout import copy_people

YEAR = 2027
SURELY = 10.0  # a chance beyond one also for the healthiest, who attest less
ROUNDING = 1.5  # cents: ambulatory care, procedure and acute event are each rounded by themselves
PUBLIC = ("status", "conditions", "months", "event", "admissions", "snf_days", "practice", "last_main")


@pytest.fixture(scope="module")
def made():
    world = newborn(30_000)
    live_history(world)
    return world


def lived(made, year=YEAR, people=None, **levers):
    """Return people and sums after a year in which all practices pull some levers."""
    people = copy_people(made.people if people is None else people)
    tables = {name: np.full(made.n_practices, value) for name, value in levers.items()}
    tally, _ = made.live(people, year, made.untouched()._replace(**tables), None, 1)
    return people, tally.care


@pytest.fixture(scope="module")
def plain(made):
    return lived(made)


def test_effects_scale_the_spending_of_aligned_people(made, plain):
    people, _ = lived(made, base_effect=0.5, event_effect=0.5)
    aligned = (people.aligned >= 0) & (people.months > 0)
    expected = plain[0].spend / 2.0
    assert np.abs(people.spend - expected)[aligned].max() <= ROUNDING
    np.testing.assert_array_equal(people.spend[~aligned], plain[0].spend[~aligned])
    for name in PUBLIC:
        np.testing.assert_array_equal(getattr(people, name), getattr(plain[0], name))


def test_spillover_is_for_people_aligned_to_none(made, plain):
    people, _ = lived(made, base_spill=0.5, event_spill=0.5)
    aligned = people.aligned >= 0
    assert np.abs(people.spend - plain[0].spend / 2.0)[~aligned].max() <= ROUNDING
    np.testing.assert_array_equal(people.spend[aligned], plain[0].spend[aligned])
    assert people.spend[~aligned].any()


def test_base_and_event_effects_add_up_to_all(made, plain):
    base, _ = lived(made, base_effect=0.0)
    event, sums = lived(made, event_effect=0.0)
    aligned = plain[0].aligned >= 0
    np.testing.assert_array_equal((base.spend + event.spend)[aligned], plain[0].spend[aligned])
    acute = int(base.spend[aligned].sum(dtype=np.int64))
    assert acute == plain[1][: made.n_practices, :, Sum.EVENT].sum()
    assert not sums[: made.n_practices, :, Sum.EVENT].any()


STAYED = ("STAYS", "READMISSIONS", "SNF_DAYS", "FALL_STAYS", "COMPLEX_STAYS", "DAYS_AWAY", "FOLLOW_UPS_DUE")


def events_of(made, lived_year):
    """Return how many acute events practices' patients had, by sums: those with and without SNF care."""
    return {name: int(lived_year[1][: made.n_practices, :, Sum[name]].sum()) for name in STAYED}


def test_averted_stays_are_gone_with_all_that_follows_and_nothing_else_changes(made, plain):
    """A tenth fewer happen, counts and money follow; who is spared one lives on as if it had been."""
    fewer = lived(made, stays=0.9)
    aligned, event = plain[0].aligned >= 0, plain[0].admissions > 0
    spared = (fewer[0].spend < plain[0].spend) & aligned
    assert not (spared & ~event).any()
    kept = event & aligned & ~spared & (plain[0].months > 0)
    np.testing.assert_array_equal(fewer[0].spend[~spared], plain[0].spend[~spared])
    # Binomial: 3 standard errors of a tenth of some thousand events.
    n = int(spared.sum() + kept.sum())
    assert abs(spared.sum() / n - 0.1) < 3.0 * np.sqrt(0.09 / n)
    before, after = (events_of(made, one) for one in (plain, fewer))
    for name in STAYED:
        assert 0.80 < after[name] / before[name] < 0.97, name
    for name in PUBLIC:
        np.testing.assert_array_equal(getattr(fewer[0], name), getattr(plain[0], name))


def emergencies(made, lived_year):
    return lived_year[1][: made.n_practices, :, Sum.ED_VISITS].sum()


def test_averted_stays_take_the_visits_that_began_them(made, plain):
    """As many fewer ED visits as stays began there, and none more or less where nothing is averted."""
    per_stay = made.health(YEAR).emergency.ed_stay
    for stays in (0.0, 0.8, 1.5):
        other = lived(made, stays=stays)
        drawn, left = (events_of(made, one)["STAYS"] for one in (plain, other))
        fewer = emergencies(made, plain) - emergencies(made, other)
        # Visits of one person are Poisson; 4 standard errors, and the few stays of people without visits.
        assert fewer == pytest.approx(per_stay * (drawn - left), abs=4.0 * np.sqrt(abs(drawn - left)))
        rest = slice(made.n_practices, None)
        np.testing.assert_array_equal(other[1][rest, :, Sum.ED_VISITS], plain[1][rest, :, Sum.ED_VISITS])
    assert emergencies(made, lived(made, snf=0.0, event_effect=0.5)) == emergencies(made, plain)


def test_falls_are_a_share_of_the_visits_that_are_left(made, plain):
    none = lived(made, stays=0.0)
    here = slice(0, made.n_practices)
    before, after = (one[1][here, :, Sum.FALL_ED_VISITS].sum() for one in (plain, none))
    lost = emergencies(made, plain) - emergencies(made, none)
    share = made.health(YEAR).emergency.ed_fall
    assert 0.6 * share < (before - after) / lost < 1.4 * share


def test_more_stays_happen_again(made, plain):
    more = lived(made, stays=1.5)
    again = (more[0].spend > plain[0].spend) & (plain[0].aligned >= 0)
    n = int(((plain[0].admissions > 0) & (plain[0].aligned >= 0) & (plain[0].months > 0)).sum())
    assert abs(again.sum() / n - 0.5) < 3.0 * np.sqrt(0.25 / n)
    ratio = events_of(made, more)["READMISSIONS"] / events_of(made, plain)["READMISSIONS"]
    assert 1.3 < ratio < 1.7


def test_snf_care_that_is_averted_takes_its_part_of_the_money(made, plain):
    home = lived(made, snf=0.0)
    here = slice(0, made.n_practices)
    assert home[1][here, :, Sum.SNF_DAYS].sum() == home[1][here, :, Sum.EVENT_SNF].sum() == 0
    part = made.health(YEAR).events.snf_part
    money = plain[1][here, :, Sum.EVENT].sum() - home[1][here, :, Sum.EVENT].sum()
    assert money == pytest.approx(part * plain[1][here, :, Sum.EVENT_SNF].sum(), rel=1e-6)
    assert home[1][here, :, Sum.READMISSIONS].sum() == plain[1][here, :, Sum.READMISSIONS].sum()
    for name in PUBLIC:
        np.testing.assert_array_equal(getattr(home[0], name), getattr(plain[0], name))


def test_stays_of_other_patients_have_a_factor_of_their_own(made, plain):
    spilt = lived(made, stays_spill=0.0)
    aligned = plain[0].aligned >= 0
    np.testing.assert_array_equal(spilt[0].spend[aligned], plain[0].spend[aligned])
    assert spilt[1][made.n_practices :, :, Sum.EVENT].sum() == 0
    needy = lived(made, high_needs_stays=0.0)
    others = plain[0].high_needs == 0
    np.testing.assert_array_equal(needy[0].spend[others], plain[0].spend[others])
    assert needy[1][: made.n_practices, Cell.HN_CLAIMS, Sum.EVENT].sum() == 0


def test_the_high_needs_effect_is_for_high_needs_people(made, plain):
    people, _ = lived(made, high_needs_effect=0.5, high_needs_event_effect=0.5)
    # High Needs on 1 January: those who become so during the year are still in a cell of others.
    touched = (people.aligned >= 0) & (people.high_needs > 0) & (people.cell % 3 > 0)
    assert np.abs(people.spend - plain[0].spend / 2.0)[touched].max() <= ROUNDING
    np.testing.assert_array_equal(people.spend[~touched], plain[0].spend[~touched])


def test_coding_moves_coded_scores_only(made, plain):
    people, sums = lived(made, coding=1.25)
    np.testing.assert_array_equal(people.spend, plain[0].spend)
    for kind in set(Sum) - {Sum.CODED_RISK}:
        np.testing.assert_array_equal(sums[..., kind], plain[1][..., kind])
    its = slice(0, made.n_practices)
    before = plain[1][..., Sum.CODED_RISK]
    # New enrollees, who are scored without diagnoses, are not coded higher.
    own = plain[0]
    entered = own.entry_year.astype(int) + (own.entry_month > 1) >= YEAR
    new = entered & (own.entry_year.astype(int) - own.birth_year <= AGED_IN) & (own.aligned >= 0)
    kept = np.zeros_like(before)
    score = np.floor(own.risk.astype(np.float64) * RISK_UNIT + 0.5).astype(np.int64) * own.months
    np.add.at(kept, (own.aligned[new], own.cell[new]), score[new])
    prospective = [Cell.AD_CLAIMS, Cell.ESRD_CLAIMS]
    coded = (sums[its, :, Sum.CODED_RISK] - kept[its])[:, prospective]
    np.testing.assert_allclose(coded, 1.25 * (before - kept)[its][:, prospective], rtol=1e-2)
    needy = sums[its, Cell.HN_CLAIMS, Sum.CODED_RISK]
    np.testing.assert_allclose(needy, 1.25 * before[its, Cell.HN_CLAIMS], rtol=1e-5)
    rest = slice(made.n_practices, None)
    np.testing.assert_array_equal(sums[rest, :, Sum.CODED_RISK], before[rest])


def test_efficiency_scales_everybody_of_the_practice(made, plain):
    people, _ = lived(made, efficiency=made.untouched().efficiency / 2.0)
    assert np.abs(people.spend - plain[0].spend / 2.0).max() <= ROUNDING


def test_attestation_holds_while_it_is_offered(made):
    first, _ = lived(made, attest=SURELY)
    here = first.months > 0
    np.testing.assert_array_equal(first.attested[here], first.practice[here])
    assert (first.cell[here] < 3).all()
    offered, _ = lived(made, YEAR + 1, first, attest=SURELY)
    still = here & (offered.months > 0)
    np.testing.assert_array_equal(offered.aligned[still], first.attested[still])
    assert (offered.cell[still] >= 3).all()
    ended, _ = lived(made, YEAR + 1, first)
    never, _ = lived(made, YEAR + 1, lived(made)[0])
    np.testing.assert_array_equal(ended.aligned, never.aligned)
    np.testing.assert_array_equal(ended.cell, never.cell)
