"""The terms of LEAD in one performance year and risk option, out of a rulebook."""

from __future__ import annotations

from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.rulebook import Rulebook
from sim.policy.terms import LeadTerms
from sim.policy.trend import guardrail_width

OPTIONS = ("global", "professional")


def lead_terms(rulebook: Rulebook, py: int, option: str) -> LeadTerms:
    """Return the terms that :mod:`sim.policy.lead` settles by.

    Parameters
    ----------
    rulebook : Rulebook
        A LEAD rulebook.
    py : int
        Performance year, 2027 to 2036.
    option : {"global", "professional"}
        Risk option.

    Raises
    ------
    InputError
        When the option is unknown, the rulebook lacks a key, or stop-loss is elected without payout rates.
    """
    if option not in OPTIONS:
        raise InputError(wrong_choice(rulebook.name, "risk_option", option, OPTIONS))
    _check_stop_loss(rulebook, py)
    number, array, word = rulebook.number, rulebook.array, rulebook.word
    professional = option == "professional"
    lower, higher = (
        number("discount.professional" if professional else f"discount.{kind}_spending", py)
        for kind in ("lower", "higher")
    )
    below, above = guardrail(rulebook, py)
    return LeadTerms(
        py=py,
        option=option,
        base_weights_renewing=array("baseline.weights.renewing", py),
        base_weights_new=array("baseline.weights.newly_entering", py),
        voluntary_limit=number("baseline.voluntary_limit", py),
        tie_is_higher_spending=word("designation.tie", py) == "higher_spending",
        efficiency_share=_if_offered(rulebook, "efficiency", py, option),
        efficiency_cap=number("efficiency.cap", py),
        efficiency_cap_former_mssp=number("efficiency.cap_former_mssp", py),
        efficiency_cap_level=word("efficiency.cap_level", py),
        efficiency_floor_level=word("efficiency.floor_level", py),
        prior_savings_share=_if_offered(rulebook, "prior_savings", py, option),
        prior_savings_cap=number("prior_savings.cap", py),
        prior_savings_for_higher_spending=rulebook.flag("prior_savings.for_higher_spending", py),
        two_way_weight=number("trend.two_way_weight", py),
        guard_below=below,
        guard_above=above,
        guard_applied=word("trend.guard_applied", py),
        guard_target=word("trend.guard_target", py),
        risk_cap=array("risk.cap", py),
        coding_intensity_factor=number("risk.coding_intensity_factor", py),
        discount_lower=lower,
        discount_higher=higher,
        add_on_rate=number("add_on.rate", py),
        add_on_inside=word("add_on.place", py) == "inside",
        rate_book_share=number("rate_book.share", py),
        quality_withhold=number("quality.withhold", py),
        quality_combined=word("quality.combined", py),
        corridor_edges=array(f"corridors.{option}.edges", py),
        corridor_savings=array(f"corridors.{option}.savings", py),
        corridor_losses=array(f"corridors.{option}.losses", py),
        sequestration=number("sequestration.rate", py),
        sequestration_base=word("sequestration.base", py),
    )


def guardrail(rulebook: Rulebook, py: int, path: str | None = None) -> tuple[float, float]:
    """Return the widths below and above: those stated for a year, or what a path makes of the latest before.

    Parameters
    ----------
    rulebook : Rulebook
    py : int
        Performance year.
    path : str, optional
        One of :data:`sim.policy.trend.GUARD_PATHS`; the rulebook's ``trend.guard_path`` otherwise.
    """
    chosen = rulebook.word("trend.guard_path", py) if path is None else path

    def width(key: str) -> float:
        stated = [year for year, _ in rulebook.entry(key).by_year if year is not None and year <= py]
        since = max(stated) if stated else rulebook.first_py
        return guardrail_width(rulebook.number(key, py), py - since + 1, chosen)

    return width("trend.guard_below"), width("trend.guard_above")


def savings_are_prorated(rulebook: Rulebook) -> bool:
    """Return whether earlier savings count less where TINs have joined since the agreement began."""
    return rulebook.flag("prior_savings.prorated")


def _if_offered(rulebook: Rulebook, adjustment: str, py: int, option: str) -> float:
    offered = option in rulebook.words(f"{adjustment}.options", py)
    return rulebook.number(f"{adjustment}.share", py) if offered else 0.0


def _check_stop_loss(rulebook: Rulebook, py: int) -> None:
    """Stop-loss that pays nothing is no stop-loss: rules that elect it for all need rates."""
    if rulebook.flag("stop_loss.elected", py) and not rulebook.array("stop_loss.payout_rates", py).any():
        stated = "stop_loss.payout_rates above 0 %, or false"
        raise InputError(Fault(rulebook.name, "stop_loss.elected", "= true without payout rates", stated))
