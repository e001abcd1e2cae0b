"""What the benchmark's ACO elects where it elects all that goes together in LEAD, as terms of an arm."""

from __future__ import annotations

from sim.inputs.evidence import load_evidence
from sim.inputs.rulebook import load_rulebook

_RULEBOOK = "lead-py2027"


def everything(first_py: int) -> str:
    """Return the terms as a TOML inline table has them: payments, protection, alignment, care and benefits.

    Parameters
    ----------
    first_py : int
        First performance year, whose rules say which episodes are offered.
    """
    return f"""
        payments = ["pcc"], enhanced_share = 1.0, provisional_settlement = true, stop_loss = true,
        alignment = "hybrid", medicaid_partnership = true, home_care = true, falls_prevention = true,
        benefits = [{", ".join(_BENEFITS)}], cara = [{_arrangements(first_py)}],
        values = {{ medicaid = {{ alignment = "on", incentive = "40 USD/month" }} }}
    """.replace("\n", " ")


_BENEFITS = (
    '{ kind = "cost_sharing_support", cost = "400 USD/year", uptake = "5 %" }',
    '{ kind = "part_d_premium", cost = "240 USD/year", uptake = "10 %" }',
    '{ kind = "prevention_reward", uptake = "20 %" }',
    '{ kind = "substance_access" }',
    '{ kind = "telehealth", cost = 144, uptake = "30 %" }',
)


def _arrangements(first_py: int) -> str:
    """Return an arrangement of every specialty with episodes that are offered."""
    evidence, offered = load_evidence(), load_rulebook(_RULEBOOK).words("cara.episodes", first_py)
    measures, leads = evidence.words("episodes.measure"), evidence.words("episodes.specialty")
    names = sorted({by for measure, by in zip(measures, leads, strict=True) if measure in offered})
    return ", ".join(f'{{ specialty = "{name}", least_episodes = 1 }}' for name in names)
