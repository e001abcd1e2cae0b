"""Risk scores: caps, normalisation and coding."""

import pytest

from sim.policy.risk import blended_score, capped_ratio, coding_intensity_factor, normalised


def test_risk_caps():
    assert capped_ratio([1.052, 1.01, 0.94], [1.0, 1.0, 1.0], [0.03, 0.03, 0.04]) == pytest.approx(
        [1.03, 1.01, 0.96]
    )


def test_scores_are_normalised_blended_and_corrected_for_coding():
    assert normalised([1.2, 0.9], 1.2) == pytest.approx([1.0, 0.75])
    assert blended_score(1.2, 0.9, 1 / 3) == pytest.approx(1.1)
    assert coding_intensity_factor([1.005, 1.05, 0.99], max_reduction=0.01) == pytest.approx(
        [1 / 1.005, 0.99, 1 / 0.99]
    )


def test_without_a_reference_score_risk_has_not_grown():
    assert capped_ratio([[1.3, 1.3]], [[0.0, 1.0]], [9.0, 0.03]).tolist() == [[1.0, 1.03]]
