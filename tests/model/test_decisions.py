"""What ACOs and practices decide, in closed form from the evidence."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import NO_EFFECT, scenario, world

from sim.behaviour.effect import CareShares
from sim.inputs.lead_criteria import high_needs_aco_share
from sim.kernels.draws import Decision
from sim.kernels.quantiles import normals
from sim.levers import practices_this_year
from sim.model import LeadModel
from sim.population.experience import care_shares
from sim.population.health import snf_part

ALIKE = (("evidence.effect.aco_spread", (0.0, 0.0)),)
YEARS = range(2027, 2037)


def model(*changes, arm="lead_global"):
    return LeadModel(scenario(*changes), arm, world=world(*changes))


def along(curve, year):
    return 0.0 if year <= 0 else curve[min(year, len(curve)) - 1]


def decided(made):
    """Return (acos, practices) as they stand after each year's decisions, without living the years."""
    for year in YEARS:
        made.acos.do("decide", year)
        made.practices.do("decide", year)
        yield year, list(made.acos), list(made.practices)
        for aco in made.acos:
            aco.experience += 1


def test_effect_follows_its_curve_beyond_the_base_years():
    made = model(*ALIKE)
    evidence = made.evidence
    physician, hospital = evidence.array("effect.physician"), evidence.array("effect.hospital")
    more = evidence.number("effect.no_rebasing")
    for year, (alpha, beta, gamma), _ in decided(made):
        py = year - 2026
        # alpha renews: four years of its effect are in its base years.
        assert alpha.effect == pytest.approx(more * (along(physician, 4 + py) - along(physician, 4)))
        assert beta.effect == pytest.approx(more * along(hospital, py))
        assert gamma.effect == pytest.approx(more * along(physician, py))
        assert [aco.high_needs_effect for aco in (alpha, beta, gamma)] == [0.0] * 3
        assert gamma.effect < beta.effect < 0.0


def test_a_high_needs_aco_has_the_programme_that_the_trials_tried_for_a_quarter_of_its_people():
    made = model(*ALIKE, ("population.acos.gamma.high_needs_share", "60 %"))
    enrolled = made.evidence.array("cost.high_needs_enrolled")
    assert enrolled.tolist() == [0.25, 0.0]
    for year, (alpha, beta, gamma), _ in decided(made):
        assert alpha.high_needs_effect == beta.high_needs_effect == 0.0
        wanted = along(made.evidence.array("effect.high_needs"), year - 2026) * enrolled[0]
        assert gamma.high_needs_effect == wanted < 0.0


def test_an_acos_own_plateau_varies_by_its_draw():
    spread = model().evidence.array("effect.aco_spread")
    alike, own = model(*ALIKE), model()
    for (_, same, _), (_, differ, _) in zip(decided(alike), decided(own), strict=True):
        for aco, varied in zip(same, differ, strict=True):
            draw = normals(own.key, np.array([aco.row]), 1, Decision.ACO_TRAITS)[0, 0]
            leader = ("physician", "hospital").index(aco.plan.leadership)
            curve = own.evidence.array(f"effect.{aco.plan.leadership}")
            expected = aco.effect * (1.0 + spread[leader] * draw / curve[-1])
            assert varied.effect == pytest.approx(expected)


def test_scale_zero_and_no_program_turn_the_effect_off():
    for made in (model(*NO_EFFECT), model(arm="no_aco")):
        for _, acos, practices in decided(made):
            assert not any(aco.effect or aco.high_needs_effect for aco in acos)
            assert not any(practice.effect for practice in practices)


def test_practices_follow_their_aco_and_coding_stops_at_its_most():
    made = model()
    excess, most, cv = (made.evidence.number(f"coding.{key}") for key in ("excess", "most", "aco_spread"))
    draws = normals(made.key, np.arange(len(made.acos)), 1, Decision.ACO_TRAITS)[:, 3]
    own = excess * np.exp(np.sqrt(np.log(1 + cv**2)) * draws) / np.sqrt(1 + cv**2)
    assert np.ptp(own) > 0.0
    for year, _, practices in decided(made):
        for practice in practices:
            if practice.aco is None:
                assert practice.effect == practice.coding == 0.0
            else:
                assert practice.effect == practice.aco.effect
                grown = (1 + own[practice.aco.row]) ** (year - 2026) - 1
                assert practice.coding == pytest.approx(min(grown, most))


def test_the_effect_on_the_average_person_is_the_acos_effect():
    made = model()
    for _, _, practices in decided(made):
        shares = CareShares(*care_shares(made.history[2026].care, snf_part(made.evidence)))
        assert 0.04 < shares.snf < 0.10 < shares.acute < 0.5
        tables = practices_this_year(
            made.practices.store.columns,
            made.behaviours.parameters["effect"],
            shares,
            made.world.no_answers(),
        )
        event, snf = shares
        parts = (
            (event, tables.event_effect),
            (event, tables.stays),
            (snf, tables.snf),
            (1 - event, tables.base_effect),
        )
        added = sum(share * (table - 1.0) for share, table in parts)
        np.testing.assert_allclose(added, [practice.effect for practice in practices], atol=1e-12)
        spill = made.evidence.number("effect.spillover")
        for name in ("event", "base"):
            own, spilt = getattr(tables, f"{name}_effect"), getattr(tables, f"{name}_spill")
            np.testing.assert_allclose(spilt - 1.0, spill * (own - 1.0))
        for name in ("stays", "snf"):
            own, spilt = getattr(tables, name), getattr(tables, f"{name}_spill")
            np.testing.assert_allclose(spilt - 1.0, spill * (own - 1.0))
        outside = np.array([practice.aco is None for practice in practices])
        for table in tables[1:13]:
            assert (table[outside] == 1.0).all()
        assert not tables.attest[outside].any()


def test_quality_is_a_share_that_rises():
    reached = np.array([[aco.quality for aco in acos] for _, acos, _ in decided(model())])
    assert ((reached >= 0.0) & (reached <= 1.0)).all()
    rise = model().evidence.number("quality.improvement")
    steps = np.diff(reached, axis=0)
    assert (np.isclose(steps, rise) | (reached[1:] == 1.0)).all()


def test_attestation_depends_on_the_kind_of_aco():
    made = model()
    renewing, newly_entering, high_needs = made.evidence.array("voluntary.attest")
    _, acos, practices = next(decided(made))
    many = high_needs_aco_share(made.rulebook, 2027) < 0.40
    expected = [renewing, newly_entering, high_needs if many else newly_entering]
    assert [aco.attestation for aco in acos] == pytest.approx(expected)
    for practice in practices:
        assert practice.attestation == (0.0 if practice.aco is None else practice.aco.attestation)


def test_an_aco_that_is_out_leaves_its_practices_as_they_were():
    made = model()
    made.acos[0].participates = False
    _, acos, practices = next(decided(made))
    out = [practice for practice in practices if practice.aco is acos[0]]
    assert out
    for name in ("effect", "high_needs_effect", "coding", "attestation"):
        assert not any(getattr(practice, name) for practice in out)
        # None of the others is in a High Needs ACO.
        assert any(getattr(practice, name) for practice in practices) == (name != "high_needs_effect")
