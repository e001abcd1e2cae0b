"""The numbers and words of LEAD that one performance year and risk option rest on."""

from __future__ import annotations

from dataclasses import dataclass

from sim.policy.arrays import Floats


@dataclass(frozen=True, eq=False)
class LeadTerms:
    """Terms of one performance year (PY) and risk option; all shares and rates are fractions.

    Attributes
    ----------
    py : int
        Performance year.
    option : str
        ``global`` or ``professional``.
    base_weights_renewing, base_weights_new : numpy.ndarray, shape (3,)
        Weights of BY1, BY2, BY3.
    voluntary_limit : float
        How far a voluntary cell's history may lie from the claims cell's, as a fraction of it.
    tie_is_higher_spending : bool
        Designation when history equals the region.
    efficiency_share : float
        Part of the regional gap given as REA; 0 where the option has none.
    efficiency_cap, efficiency_cap_former_mssp : float
        Caps on the REA, as fractions of the national reference.
    efficiency_cap_level, efficiency_floor_level : str
        ``cell`` or ``total``: see :func:`sim.policy.efficiency.regional_adjustment`.
    prior_savings_share, prior_savings_cap : float
        The same for the PSA.
    prior_savings_for_higher_spending : bool
        Whether a Higher-spending ACO may have a PSA.
    two_way_weight : float
        Weight of the national-regional trend; the prospective factor has the rest.
    guard_below, guard_above : float
        Percentage points, as fractions, by which the guarded trend may leave the two-way trend this year.
    guard_applied : str
        ``cumulative`` or ``annual``: whether the widths are of the factor since BY3 or of each year's growth.
    guard_target : str
        ``prospective`` or ``blend``: what the guardrail binds.
    risk_cap : numpy.ndarray, shape (3,)
        Limit on growth of the risk score since the reference year, by category.
    coding_intensity_factor : float
        Model-wide factor on capped scores.
    discount_lower, discount_higher : float
        Discount of Lower- and Higher-spending ACOs.
    add_on_rate : float
        Administrative add-on of Higher-spending ACOs, as a fraction of the benchmark before discount.
    add_on_inside : bool
        Whether it raises the benchmark instead of being paid on top.
    rate_book_share : float
        Weight of the ACO rate book in the benchmark.
    quality_withhold : float
        Fraction of the discounted benchmark at stake.
    quality_combined : str
        ``product`` or ``sum``: see :func:`sim.policy.quality.after_discount_and_quality`.
    corridor_edges, corridor_savings, corridor_losses : numpy.ndarray, shape (band,)
        Lower edges of the corridors and the ACO's shares.
    sequestration : float
        Rate.
    sequestration_base : str
        ``shared``, ``gross`` or ``gains``: see :func:`sim.policy.settlement.sequestered`.
    """

    py: int
    option: str
    base_weights_renewing: Floats
    base_weights_new: Floats
    voluntary_limit: float
    tie_is_higher_spending: bool
    efficiency_share: float
    efficiency_cap: float
    efficiency_cap_former_mssp: float
    efficiency_cap_level: str
    efficiency_floor_level: str
    prior_savings_share: float
    prior_savings_cap: float
    prior_savings_for_higher_spending: bool
    two_way_weight: float
    guard_below: float
    guard_above: float
    guard_applied: str
    guard_target: str
    risk_cap: Floats
    coding_intensity_factor: float
    discount_lower: float
    discount_higher: float
    add_on_rate: float
    add_on_inside: bool
    rate_book_share: float
    quality_withhold: float
    quality_combined: str
    corridor_edges: Floats
    corridor_savings: Floats
    corridor_losses: Floats
    sequestration: float
    sequestration_base: str
