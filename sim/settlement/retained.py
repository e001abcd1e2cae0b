"""What an ACO keeps of savings, or bears of losses, by its contract: the programs' own sharing rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.inputs.lead_terms import OPTIONS, lead_terms
from sim.inputs.mssp_terms import glide, msr_table, mssp_terms
from sim.inputs.protection_terms import guarantee_terms
from sim.inputs.reach_terms import reach_terms
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_books import LEAD, MSSP, REACH
from sim.policy.msr import minimum_savings_rate
from sim.policy.mssp import MsspQuality
from sim.policy.mssp import settle as settle_mssp
from sim.policy.settlement import sequestered, shared_amount
from sim.settlement.calendar import mssp_agreements
from sim.settlement.contracts import Contracts
from sim.settlement.program import Floats


def risk_limits(
    year: int, contracts: Contracts, *, lead: Rulebook, mssp: Rulebook, reach: Mapping[int, Rulebook]
) -> Floats:
    """Return each program's limit on risk score growth, of most people, shape (acos,); NaN in no program."""
    limit = np.full(len(contracts.program), np.nan)
    if (mine := contracts.program == LEAD).any():
        limit[mine] = lead.array("risk.cap", year)[0]
    if (mine := contracts.program == MSSP).any():
        begun = mssp_agreements(contracts, year, mssp)[0][mine]
        limit[mine] = [mssp.number("risk.cap", start) for start in begun.tolist()]
    if (mine := contracts.program == REACH).any():
        limit[mine] = reach[year].number("risk.cap")
    return limit


class Offer(NamedTuple):
    """Terms of a program and option beside its sharing rules, fractions of the benchmark before discount.

    Attributes
    ----------
    discount, add_on : float64 arrays, shape (acos,)
    withhold, guarantee : float
    """

    discount: Floats
    add_on: Floats
    withhold: float
    guarantee: float


def offer_of(year: int, program: str, option: str, higher: Floats, *, lead: Rulebook) -> Offer:
    """Return what a program asks and gives beside its sharing rules.

    Parameters
    ----------
    year : int
    program, option : str
    higher : float64, shape (acos,)
        How likely an ACO is a higher-spending one in LEAD.
    lead : Rulebook
    """
    if program != LEAD:
        return Offer(np.zeros_like(higher), np.zeros_like(higher), 0.0, 0.0)
    terms = lead_terms(lead, year, option)
    discount = terms.discount_lower + higher * (terms.discount_higher - terms.discount_lower)
    guarantee = guarantee_terms(lead, year, option).option
    return Offer(discount, higher * terms.add_on_rate, terms.quality_withhold, guarantee)


def retained(
    year: int,
    contracts: Contracts,
    savings: Floats,
    lives: Floats,
    *,
    lead: Rulebook,
    mssp: Rulebook,
    reach: Mapping[int, Rulebook],
) -> Floats:
    """Return what each ACO is paid, or pays, for savings over its benchmark, as a fraction of the benchmark.

    Parameters
    ----------
    year : int
    contracts : Contracts
    savings : float64, shape (cases, acos)
        Savings over benchmark, fractions; losses negative.
    lives : float64, shape (acos,)
        People.
    lead, mssp : Rulebook
    reach : mapping of int to Rulebook
        By performance year.

    Returns
    -------
    float64, shape (cases, acos)
        After sequestration; 0 for an ACO in no program. The quality standard of the Shared Savings Program is
        met.
    """
    found = np.zeros_like(savings)
    for option in OPTIONS:
        mine = (contracts.program == LEAD) & (contracts.risk_option == option)
        if mine.any():
            terms = lead_terms(lead, year, option)
            bands = {
                "edges": terms.corridor_edges,
                "savings": terms.corridor_savings,
                "losses": terms.corridor_losses,
            }
            gross = savings[:, mine], 1.0
            taken = sequestered(*gross, rate=terms.sequestration, base=terms.sequestration_base, **bands)
            found[:, mine] = shared_amount(*gross, **bands) - taken
        mine = (contracts.program == REACH) & (contracts.risk_option == option)
        if mine.any():
            of_reach = reach_terms(reach[year], option)
            edges, shares = of_reach.corridor_edges, of_reach.corridor_shares
            found[:, mine] = shared_amount(savings[:, mine], 1.0, edges=edges, savings=shares, losses=shares)
    mine = contracts.program == MSSP
    if mine.any():
        start = mssp_agreements(contracts, year, mssp)[0][mine]
        track = glide(contracts.track[mine], year - contracts.track_year[mine])
        of_mssp = mssp_terms(mssp, track, np.full(mine.sum(), year), start)
        elected = contracts.elected_rate[mine]
        minimum = minimum_savings_rate(lives[mine], of_mssp.two_sided, elected, msr_table(mssp))
        met = np.ones(mine.sum(), dtype=bool)
        settled = settle_mssp(
            np.ones_like(savings[:, mine]),
            1.0 - savings[:, mine],
            minimum,
            lives[mine],
            quality=MsspQuality(np.ones(mine.sum()), met, met),
            terms=of_mssp,
            low_revenue=contracts.low_revenue[mine],
        )
        found[:, mine] = settled.settlement_usd
    return found
