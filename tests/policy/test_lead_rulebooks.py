"""LEAD's rulebooks: each value against a second transcription, and what any rulebook must say."""

import dataclasses

import numpy as np
import pytest
from lead_world import random_world

from sim.inputs.entry_reader import STATUSES
from sim.inputs.faults import InputError
from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import available_rulebooks, load_rulebook
from sim.policy.lead import historical_baseline, settle_performance_year

THIRD = 1 / 3
YEARS = range(2027, 2037)
HIGHER = [0.0175, 0.02, 0.0225, 0.025, 0.0275] + [0.03] * 5
RATE_BOOK = [0] * 5 + [0.2, 0.4, 0.6, 0.8, 1.0]

FACTS = {
    "eligibility.minimum.standard": 5000,
    "eligibility.minimum.high_needs": 800,
    "eligibility.minimum.newly_entering": 1000,
    "eligibility.base_year_minimum.standard": 3000,
    "eligibility.base_year_minimum.high_needs": 500,
    "eligibility.base_year_minimum.newly_entering": 600,
    "eligibility.glide_path": "held",
    "eligibility.glide.high_needs": [800, 800, 800, 800, 1000, 1250],
    "eligibility.glide.newly_entering": [1000, 1000, 2000, 3000, 4000, 5000],
    "eligibility.newly_entering_by": "people",
    "eligibility.newly_entering_below": 3000,
    "eligibility.below_minimum": "out",
    "eligibility.high_needs_share": 0.4,
    "eligibility.high_needs_test": "above",
    "eligibility.high_needs_counts": "high_needs",
    "eligibility.buffer": 0.1,
    "eligibility.buffer_uses": 1,
    "eligibility.governing_body_participant_share": 0.75,
    "overlap.excluded": ("MSSP", "ACO PC Flex", "AHEAD hospital global budget", "Geo AHEAD"),
    "overlap.allowed": ("GUIDE", "TEAM", "ACCESS", "ASM", "EOM", "Primary Care AHEAD"),
    "providers.participant_unit": "tin",
    "providers.preferred_unit": "tin_npi",
    "providers.preferred_align": False,
    "providers.preferred_count_for_quality": False,
    "alignment.lookback_weights": [THIRD, 2 * THIRD],
    "alignment.primary_care_share": 0.1,
    "alignment.tie": "most_recent_visit",
    "alignment.precedence": "voluntary",
    "alignment.mid_year_month": 7,
    "alignment.high_needs_check_months": 3,
    "alignment.high_needs_sticky": True,
    "medicaid.alignment": "off",
    "medicaid.states": 2,
    "medicaid.from_py": 2028,
    "medicaid.cells": "voluntary",
    "medicaid.incentive": 0,
    "high_needs.mobility_diagnosis": True,
    "high_needs.frailty": True,
    "high_needs.risk_score": [3.0, 0.35],
    "high_needs.risk_score_with_admissions": 2.0,
    "high_needs.unplanned_admissions": 2,
    "high_needs.snf_days": 45,
    "high_needs.home_health_counts": False,
    "high_needs.home_health_days": 90,
    "expenditure.sahs_excluded": 1.0,
    "expenditure.skin_substitutes_excluded": 0.65,
    "expenditure.truncated": False,
    "baseline.weights.renewing": [THIRD] * 3,
    "baseline.weights.newly_entering": [0.1, 0.3, 0.6],
    "baseline.rebasing": False,
    "baseline.voluntary_limit": 0.1,
    "designation.tie": "higher_spending",
    "designation.retested": "on_list_change",
    "efficiency.share": 0.5,
    "efficiency.options": ("global",),
    "efficiency.cap": 0.05,
    "efficiency.cap_former_mssp": 0.03,
    "efficiency.cap_level": "cell",
    "efficiency.floor_level": "total",
    "prior_savings.share": 0.5,
    "prior_savings.cap": 0.05,
    "prior_savings.prorated": True,
    "prior_savings.options": ("global", "professional"),
    "prior_savings.for_higher_spending": True,
    "trend.two_way_weight": 2 * THIRD,
    "trend.guard_below": 0.002,
    "trend.guard_above": 0.003,
    "trend.guard_path": "linear",
    "trend.guard_applied": "cumulative",
    "trend.guard_target": "prospective",
    "trend.prospective_path": "expected",
    "trend.prospective_growth": [0.0665, 0.0734, 0.0851],
    "discount.lower_spending": 0.03,
    "discount.higher_spending": dict(zip(YEARS, HIGHER, strict=True)),
    "discount.professional": 0.0,
    "add_on.rate": dict(zip(YEARS, [0.015] * 5 + [0.0] * 5, strict=True)),
    "add_on.place": "outside",
    "rate_book.share": dict(zip(YEARS, RATE_BOOK, strict=True)),
    "risk.cap": [0.03, 0.03, 0.04],
    "risk.models": ("CMMI-HCC Prospective V1", "CMS-HCC ESRD V24", "CMMI-HCC Concurrent V2"),
    "risk.coding_intensity_factor": 1.0,
    "risk.coding_intensity_limit": [0.01, 0.01, 0.02],
    "risk.inferred_weight": dict(zip(YEARS, [0, 0, THIRD, 2 * THIRD] + [1.0] * 6, strict=True)),
    "quality.withhold": 0.03,
    "quality.combined": "product",
    "quality.measures": ("ACR", "UAMCC", "DAH", "TFU", "CAHPS", "glycemic_status", "blood_pressure"),
    "quality.electronic_measures": ("glycemic_status", "blood_pressure"),
    "quality.electronic_phase": dict(
        zip(YEARS, ["unscored"] * 2 + ["reporting"] * 2 + ["performance"] * 6, strict=True)
    ),
    "quality.percentiles": [0.0, 0.3, 0.6],
    "quality.points": [0.0, 0.7, 1.0],
    "quality.weight.ACR": 1,
    "quality.weight.UAMCC": 1,
    "quality.weight.DAH": 1,
    "quality.weight.TFU": 1,
    "quality.weight.CAHPS": 1,
    "quality.weight.glycemic_status": 1,
    "quality.weight.blood_pressure": 1,
    "quality.improvement_gate": 1.0,
    "quality.improvement": 0.03,
    "quality.sustained": 0.8,
    "quality.pool_share": 0.0,
    "quality.pool_funding": "program",
    "quality.pool_score": 0.9,
    "quality.plan_share": 1.0,
    "corridors.global.edges": [0, 0.15, 0.35, 0.5],
    "corridors.global.savings": [1, 0.5, 0.25, 0.1],
    "corridors.global.losses": [1, 0.5, 0.25, 0.1],
    "corridors.professional.edges": [0, 0.1, 0.15, 0.2],
    "corridors.professional.savings": [0.6, 0.35, 0.15, 0.05],
    "corridors.professional.losses": [0.5, 0.35, 0.15, 0.05],
    "sequestration.rate": 0.02,
    "sequestration.base": "gains",
    "stop_loss.elected": False,
    "stop_loss.attachments": [200_000, 400_000],
    "stop_loss.payout_rates": [0.6, 0.8],
    "stop_loss.expected": "before_discount",
    "stop_loss.charge_set": "neutral",
    "stop_loss.prorated": False,
    "stop_loss.experience": "same_year",
    "stop_loss.charge": 0,
    "guarantee.global": 0.04,
    "guarantee.tcc": 0.04,
    "guarantee.professional": 0.02,
    "guarantee.ruined_leaves": True,
    "calendar.provisional_months": 12,
    "calendar.provisional_lag": 3,
    "calendar.provisional_share": 1.0,
    "calendar.completion": 1.107,
    "calendar.provisional_stop_loss": True,
    "add_on.paid": "settlement",
    "calendar.final_lag": 10,
    "capitation.benchmark": "after_discount",
    "capitation.quality_earned": 0.0,
    "capitation.base_rate": "lookback",
    "capitation.base_share": 0.03164,
    "capitation.target": 0.07,
    "capitation.enhanced_floor": 0.02,
    "capitation.enhanced_repaid": 1.0,
    "capitation.tcc_options": ("global",),
    "capitation.participant_reduction": 1.0,
    "capitation.preferred_reduction": [0.01, 1.0],
    "capitation.leakage_withhold": 0.0,
    "capitation.vintage_months": [6, 9, 12],
    "capitation.vintage_known": [0.0, 0.25, 0.5, 0.75],
    "capitation.rates_known": [0.0, 0.25, 0.5, 0.75],
    "capitation.eligibility_lag": 1,
    "capitation.sequestered": True,
    "capitation.enhanced_sequestered": False,
    "capitation.visit_modifier": 0.32,
    "cara.options": ("global",),
    "cara.first_py": 2028,
    "cara.price": "cms",
    "cara.discount.procedural": 0.02,
    "cara.discount.acute": 0.015,
    "cara.discount.chronic": 0.015,
    "cara.discount_limits": [-0.1, 0.1],
    "cara.team_weights": [0.17, 0.33, 0.5],
    "cara.team_years_before": [4, 3, 2],
    "cara.bpci_discount": 0.03,
    "cara.trend_correction": 0.0,
    "cara.performance_adjustment": 0.1,
    "cara.performance_limits": [0.1, 1.0],
    "cara.loss_adjustment": "mirror",
    "cara.minimum.procedural": 10,
    "cara.minimum.acute": 20,
    "cara.minimum.chronic": 20,
    "cara.overlap": "each",
    "cara.collected": 1.0,
    "cara.collected_after_leaving": 1.0,
    "cara.drop.left": True,
    "cara.drop.died": True,
    "cara.drop.esrd": True,
    "cara.outliers": "excluded",
    "cara.standardised": False,
    "cara.least_before": 0,
    "cara.report_lag": 3,
    "cara.quality_percentiles": [0.1, 0.9],
    "cara.review_refused": 0.2,
    "cara.episodes": (
        "knee_arthroplasty",
        "hip_arthroplasty",
        "lumbar_fusion_1_3",
        "elective_op_pci",
        "nonemergent_cabg",
        "cataract_iol",
        "colon_rectal_resection",
        "screening_colonoscopy",
        "limb_ischemia_revasc",
        "hernia_repair",
        "hemodialysis_access",
        "lumpectomy_mastectomy",
        "renal_stone_surgery",
        "melanoma_resection",
        "sepsis",
        "copd_inpatient",
        "stroke",
        "stemi_pci",
        "aki_dialysis",
        "gi_hemorrhage",
        "respiratory_infection",
        "psychoses",
        "emergency_medicine",
        "heart_failure",
        "diabetes",
        "asthma_copd",
        "low_back_pain",
        "major_depression",
        "ckd",
        "esrd",
        "kidney_transplant",
        "prostate_cancer",
        "rheumatoid_arthritis",
    ),
    "cara.quality_measure": "MIPS Q484",
    "falls.modification_limit": 2500,
    "falls.payment": 130,
    "falls.payer": "aco",
    "falls.counts_as_expenditure": False,
    "falls.satisfies_plan": True,
    "benefits.part_d_from_py": 2029,
    "benefits.chronic_disease_reward": 75,
    "benefits.substance_access": 500,
    "benefits.cost_sharing_support": True,
    "benefits.reach_waivers": True,
    "providers.preferred_shared_savings": True,
    "providers.participant_mechanisms": ("pcc", "tcc"),
    "providers.preferred_mechanisms": ("tcc", "pcc", "npcc", "apo"),
    "alignment.mid_year_runs": 1,
    "alignment.mid_year_drops": False,
    "alignment.reach_attestations_carry_over": True,
    "alignment.base_year_list": "current",
    "baseline.years": 3,
    "quality.plan_from_py": 2027,
    "quality.plan_interventions": 1,
    "capitation.visit_modifier_elsewhere": 0.16,
    "cara.approaches": ("default", "max_flex"),
    "cara.counts_as_expenditure": True,
    "cara.with_npcc_or_apo": False,
    "benefits.substance_thc": 0.003,
    "benefits.substance_age": 18,
    "exit.notice_month": 2,
    "exit.settles_after_notice": 1.0,
}

# What the rulebook of April 2026 says otherwise.
FACTS_OF_APRIL = {
    "efficiency.cap_former_mssp": 0.05,
    "corridors.professional.savings": [0.5, 0.35, 0.15, 0.05],
}


def same(value, expected) -> bool:
    if isinstance(value, bool | str | tuple):
        return type(value) is type(expected) and value == expected
    return bool(
        np.shape(value) == np.shape(expected) and np.allclose(value, expected, rtol=1e-12, atol=1e-12)
    )


@pytest.mark.parametrize("name", ["lead-py2027", "lead-rfa-2026-04"])
def test_every_value_is_what_the_facts_say_and_nothing_else_is_said(name):
    facts = FACTS | FACTS_OF_APRIL if name == "lead-rfa-2026-04" else FACTS
    book = load_rulebook(name)
    assert set(book.keys()) == set(facts)
    for key, expected in facts.items():
        for py in YEARS:
            stated = expected[py] if isinstance(expected, dict) else expected
            assert same(book.value(key, py), stated), (key, py)


@pytest.mark.parametrize("name", available_rulebooks())
def test_every_value_of_every_rulebook_says_where_it_is_from(name):
    for entry in load_rulebook(name):
        assert entry.unit, entry.key
        assert len(entry.source) > 10, entry.key
        assert entry.standing in STATUSES, entry.key
        assert entry.title, entry.key
        assert entry.conflict is None or entry.conflict.switch, entry.key
        assert entry.standing != "secondary" or entry.conflict is None, entry.key


def test_rules_on_which_sources_on_lead_disagree_are_conflicted():
    book = load_rulebook("lead-py2027")
    assert {entry.key for entry in book if entry.standing == "conflicted"} == {
        "eligibility.high_needs_test",
        "eligibility.high_needs_counts",
        "medicaid.from_py",
        "efficiency.cap_former_mssp",
        "trend.guard_target",
        "add_on.place",
        "quality.measures",
        "corridors.professional.savings",
        "sequestration.base",
        "capitation.benchmark",
    }
    first_band = book.entry("corridors.professional.savings").conflict
    assert first_band is not None
    assert (first_band.value, "Overview" in first_band.source) == ("50 % in the first band", True)


def test_both_rulebooks_agree_wherever_they_do_not_state_different_values():
    april, july = load_rulebook("lead-rfa-2026-04"), load_rulebook("lead-py2027")
    restated = {entry.key for entry in july if entry.file == "lead-py2027.toml"}
    assert restated == set(FACTS_OF_APRIL)
    for seed in range(5):
        base, year = random_world(seed)
        results = {}
        for book in (april, july):
            terms = lead_terms(book, 2030, "global")
            baseline = historical_baseline(base, terms)
            results[book.name] = settle_performance_year(baseline, year, terms)
        others = ~base.former_mssp | base.newly_entering
        for one in dataclasses.fields(results[july.name]):
            pair = [getattr(results[book.name], one.name)[others] for book in (april, july)]
            assert np.array_equal(*pair), one.name


def test_july_pays_professional_savings_more_and_losses_the_same():
    base, year = random_world(3, acos=40)
    settled = []
    for name in ("lead-rfa-2026-04", "lead-py2027"):
        terms = lead_terms(load_rulebook(name), 2030, "professional")
        settled.append(settle_performance_year(historical_baseline(base, terms), year, terms).settlement_usd)
    april, july = settled
    assert (april > 0).any()
    assert (april < 0).any()
    assert (july[april > 0] > april[april > 0]).all()
    assert np.array_equal(july[april < 0], april[april < 0])


def test_an_unknown_risk_option_is_named():
    with pytest.raises(InputError, match="did you mean 'professional'"):
        lead_terms(load_rulebook("lead-py2027"), 2027, "profesional")
