"""The office that settles an arm's ACOs, each by the program it is in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from sim.agents.usual import AcoTraits
from sim.behaviour.book import Behaviours
from sim.behaviour.effect import CareShares
from sim.inputs.capitation_terms import add_on_by_month
from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import high_needs_aco_share
from sim.inputs.scenario_books import MSSP, REACH, reach_rulebook, reach_years
from sim.kernels.codes import MONTHS_A_YEAR, N_EPISODES, Sum
from sim.kernels.tally import Asked
from sim.ledger.benefits import BenefitMoney
from sim.ledger.billed import Billed
from sim.ledger.schedule import Schedule, joined
from sim.outcomes.cara import CARA_BY_KIND
from sim.outcomes.quality import MEASURE_VARIABLES, MEASURES
from sim.outcomes.registry import BY_NAME, GUARDRAILS
from sim.population.experience import ratio
from sim.population.world import World
from sim.scenarios import Scenario
from sim.settlement.benefits import Benefits
from sim.settlement.billing import Billing
from sim.settlement.bridge import PARTS, SHARING, whole_bridge
from sim.settlement.calendar import remembered_years
from sim.settlement.cara import Cara
from sim.settlement.contracts import PROGRAMS, Contracts, contracts_of
from sim.settlement.joining import Joining
from sim.settlement.lead import Lead
from sim.settlement.mssp import Mssp
from sim.settlement.program import Flags, Floats, History, Ints, Participants, Program, Settled, Shown
from sim.settlement.reach import Reach
from sim.settlement.retained import Offer, offer_of, retained, risk_limits
from sim.settlement.served import Served
from sim.settlement.smallest import SmallestSizes
from sim.settlement.stop_loss import LivedPersons, Persons

# What only LEAD has.
_OF_LEAD = (
    "pool_funded",
    "high_performers_pool",
    "capitation",
    "claims_replaced",
    "stop_loss_payout",
    "stop_loss_charge",
    "stop_loss_settled",
    "financial_guarantee",
    "settlement_forgone",
)
# What is told of ACOs that the scenario has in LEAD, those too that are out.
ENTRY = ("meets_minimum", "minimum_people", "newly_entering")
SETTLED = (
    "benchmark",
    "benchmark_before_discount",
    "gross_savings",
    "shared_savings",
    "sequestration",
    "settlement",
    "admin_add_on",
    "quality_score",
    "measured_quality",
    "quality_improves",
    "quality_withhold",
    "quality_earned",
    *(variable.name for variable in MEASURE_VARIABLES),
    *_OF_LEAD,
    *ENTRY,
    "historical_benchmark",
    "higher_spending",
    "program",
    "agreement_start",
    "minimum_savings_rate",
    "agreement_benchmark",
    "bridge_prices",
    *(f"bridge_{name}" for name in (*PARTS, *SHARING)),
    *(f"gross_savings_guard_{name}" for name in GUARDRAILS),
    *CARA_BY_KIND,
)


class Settlement:
    """The programs of one arm of one replicate. Make one with :meth:`of`.

    Attributes
    ----------
    programs : mapping of str to Program
        By name, those that an ACO of the arm may be in.
    first_py, last_py : int
        First and last performance year.
    traits : AcoTraits
        What ACOs are.
    cara : Cara
        The episode arrangements of the arm.
    benefits : Benefits
        Falls prevention, benefit enhancements and incentives of the arm.
    joining : Joining
        Who comes to an ACO within a year.
    served : Served
        Programmes for some of the ACOs' people.
    """

    def __init__(self, scenario: Scenario, arm: str, world: World, own: Evidence) -> None:
        self._stated = scenario
        self._arm = arm
        self._plans = world.plans
        book, share = scenario.rulebook(arm), high_needs_aco_share(scenario.rulebook(arm), scenario.years[0])
        self.traits = AcoTraits.of(world.plans, world.key, share)
        self._lead = Lead(book, world.evidence, world.trend, world.plans, own, self.traits.effect_draw)
        mssp = Mssp(scenario.rulebook(arm, MSSP), world.trend)
        reach_books = {
            year: scenario.rulebook(arm, reach_rulebook(year))
            for year in scenario.years
            if year in reach_years()
        }
        self._reach = Reach(reach_books, world.trend, world.plans, share, own)
        self._sizes = SmallestSizes(mssp.rulebook, reach_books, self._reach.types, scenario.years[0])
        self._books = book, mssp.rulebook, reach_books
        self.first_py, self.last_py = scenario.years[0], scenario.years[-1]
        self.cara = Cara(scenario, arm, world, self._lead.prospective_factor)
        self.benefits = Benefits(scenario.rulebook(arm), own)
        self._offered: BenefitMoney | None = None
        self.programs: Mapping[str, Program] = {"lead": self._lead, MSSP: mssp, REACH: self._reach}
        self._lead.protects = any(_may_protect(self.contracts(year)) for year in scenario.years)
        self._billing = Billing(scenario.rulebook(arm), reach_books, world, own, self._lead.counted)
        self.served = Served(scenario.rulebook(arm), world, own)
        self.joining = Joining(scenario.rulebook(arm), world)
        self._other_lag = int(own.number("cash.settlement_lag"))

    @classmethod
    def of(cls, scenario: Scenario, arm: str, world: World, own: Evidence | None = None) -> Settlement:
        """Open the office of an arm.

        Parameters
        ----------
        scenario : Scenario
        arm : str
        world : World
            The replicate's world: its ACOs, trend and evidence.
        own : Evidence, optional
            Of the arm; the world's by default.
        """
        return cls(scenario, arm, world, world.evidence if own is None else own)

    def asks(self, year: int, contracts: Contracts, active: Flags, practice_aco: Ints) -> Asked:
        """Return the sums of a year that its settlement wants beyond those that cost no time."""
        arranging, elects = self.cara.arranging(year, contracts, active), active & contracts.elects
        of_practices = np.append(elects, False)[practice_aco].astype(int)
        return Asked(
            monthly=tuple(of_practices.tolist()) if elects.any() else (),
            referred=self._stated.study.provider_books or self.cara.asks(year),
            served=self.served.asks(year, contracts, active),
            listed=self.cara.listed(year, practice_aco, arranging),
        )

    def billed(
        self, persons: Persons, history: History, participants: Participants, contracts: Contracts
    ) -> Billed | None:
        """Return who bills a lived year, see :class:`Billing`; None where a study keeps no such books."""
        if not self._stated.study.provider_books:
            return None
        return self._billing.billed(persons, history, participants, contracts)

    def answers(
        self,
        year: int,
        contracts: Contracts,
        active: Flags,
        practice_aco: Ints,
        behaviours: Behaviours,
        shares: CareShares,
    ) -> Floats:
        """Return what specialists under contract make of their episodes, see :class:`Practices`."""
        arranging = self.cara.arranging(year, contracts, active)
        return self.cara.answers(year, practice_aco, arranging, behaviours, shares)

    def schedule(self, year: int, contracts: Contracts) -> Schedule:
        """Return when the year settled last is paid, and what of it by month."""
        lead, other = contracts.program == "lead", MONTHS_A_YEAR + self._other_lag
        reach = contracts.program == REACH
        final, first = self._lead.settled_in(year, contracts) if lead.any() else (other, other)
        return Schedule(
            final=np.where(lead, final, other),
            provisional=np.where(lead, first, other),
            benefits=self._offered,
            add_on_by_month=lead & add_on_by_month(self._lead.rulebook, year),
            monthly=joined(
                [
                    (program.monthly, mine & contracts.elects)
                    for program, mine in ((self._lead, lead), (self._reach, reach))
                ]
            ),
        )

    @property
    def ruined_leaves(self) -> bool:
        """Whether an ACO is out that the year settled last leaves in debt to Medicare."""
        return self._lead.ruined_leaves

    @cached_property
    def asks_types(self) -> bool:
        """Whether a program that some ACO may be in, in any year, looks at people by enrollment type."""
        return MSSP in self._stated.arms[self._arm].programs(self._stated.years)

    @cached_property
    def remembered_years(self) -> set[int]:
        """Years to remember person by person, see :func:`sim.settlement.calendar.remembered_years`."""
        return remembered_years(self._stated, self._arm, self._plans)

    def contracts(self, year: int) -> Contracts:
        """Return the contracts that the scenario states for a performance year."""
        return contracts_of(self._stated, self._arm, self._plans, year)

    def retained(self, year: int, contracts: Contracts, savings: Floats, lives: Floats) -> Floats:
        """Return what ACOs keep of savings over benchmark, see :func:`sim.settlement.retained.retained`."""
        lead, mssp, reach = self._books
        return retained(year, contracts, savings, lives, lead=lead, mssp=mssp, reach=reach)

    def coding_limits(self, year: int, contracts: Contracts) -> Floats | None:
        """Return limits on risk score growth of ACOs that code by them, NaN for others; None for none."""
        decides = contracts.decides.coding
        lead, mssp, reach = self._books
        if not decides.any():
            return None
        return np.where(decides, risk_limits(year, contracts, lead=lead, mssp=mssp, reach=reach), np.nan)

    def offer(self, year: int, program: str, option: str, higher: Floats) -> Offer:
        """Return what a program asks beside sharing savings, see :func:`sim.settlement.retained.offer_of`."""
        return offer_of(year, program, option, higher, lead=self._books[0])

    def in_force(
        self, year: int, history: History, practice_aco: Ints, decided: Contracts | None = None
    ) -> Contracts:
        """Return the contracts of a year about to begin, without ACOs that lack the people they need.

        Parameters
        ----------
        year : int
        history : mapping of int to Tally
            Every calendar year before.
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        decided : Contracts, optional
            What ACOs have made of the year's contracts; as the scenario states them by default.
        """
        wanted = self.contracts(year) if decided is None else decided
        let_in = self._lead.entry.in_force(year, wanted, history, practice_aco)
        return self._sizes.in_force(year, let_in, history, practice_aco)

    def _entry(self, year: int) -> Settled:
        """Return who has the people needed and how many those are, each ACO in the program it is to be in."""
        lead, others = self._lead.entry.shown(year), self._sizes.shown(year)
        if not lead or not others:
            return lead or others
        elsewhere = ~np.isnan(others["minimum_people"])
        return lead | {name: np.where(elsewhere, values, lead[name]) for name, values in others.items()}

    def settle(
        self,
        year: int,
        history: History,
        participants: Participants,
        contracts: Contracts,
        active: Flags,
        quality: Floats,
        lived: LivedPersons | None = None,
    ) -> Settled:
        """Return the money of one performance year, by result variable.

        Parameters
        ----------
        year : int
        history : mapping of int to Tally
            Every calendar year lived in the arm, this one and the world's before the first PY included.
        participants : Participants
            The present list of TINs.
        contracts : Contracts
            Of the year.
        active : bool, shape (acos,)
            ACOs that are in; the others are not settled.
        quality : float64, shape (acos,)
            Quality scores, 0 to 1.
        lived : LivedPersons, optional
            The year person by person; needed where an ACO has stop-loss.

        Returns
        -------
        dict
            Variables of the registry: cents as int64, or numbers, of shape (acos,), (acos, cells) or (acos,
            episodes). What is not settled has the variable's fill value; ``expenditure`` and ``risk_score``
            are there for every ACO.
        """
        seen = participants.observe(history, year)
        n = len(participants)
        shapes = {
            "aco": n,
            "cell": seen.months.shape[1],
            "episode": N_EPISODES,
            "measure": len(MEASURES),
        }
        # An ACO outside all programs is shown with what would count in LEAD.
        counted = self._lead.counted(year)
        result: Settled = {
            "expenditure": np.rint(seen.aco[..., Sum.SPEND] * counted).astype(np.int64),
            "risk_score": ratio(seen.risk, seen.national_risk),
        }
        for variable in (BY_NAME[name] for name in SETTLED):
            shape = tuple(shapes[dim] for dim in variable.dims if dim in shapes)
            result[variable.name] = np.full(shape, variable.fill_value, variable.stored_dtype)
        result |= self._entry(year)
        result |= self.served.told(history[year].served, participants.practice_aco, n)
        result |= self.joining.told(participants.practice_aco, n)
        in_lead = active & (contracts.program == "lead")
        arranging = self.cara.arranging(year, contracts, active)
        arranged = self.cara.reconcile(year, history, participants, arranging)
        for name in CARA_BY_KIND:
            result[name][active] = 0
            if arranged is not None:
                result[name][in_lead] = arranged.by_aco_and_kind[name][in_lead]
        offered = self._offered = self.benefits.cost(year, contracts, seen, in_lead)
        added = [] if arranged is None else [arranged.counted]
        added += [] if offered is None else [offered.counted]
        further = np.sum(added, axis=0) if added else None
        shown = Shown(history, participants, contracts, quality, seen, lived, further)
        for name, program in self.programs.items():
            mine = active & (contracts.program == name)
            result["program"][mine] = PROGRAMS.index(name)
            if mine.any():
                saved = (seen.aco[..., Sum.REFERENCE] - seen.aco[..., Sum.SPEND]).sum(axis=-1)
                none = dict.fromkeys(_OF_LEAD, np.zeros(n, np.int64))
                settled = none | program.settle(year, shown, mine)
                if offered is not None and name == "lead":
                    # What is counted beside claims is told apart.
                    settled["bridge_falls"] = -offered.counted
                    settled["bridge_cara"] = settled["bridge_cara"] + offered.counted
                for variable_name, values in whole_bridge(settled, saved).items():
                    result[variable_name][mine] = values[mine]
        return result


def _may_protect(contracts: Contracts) -> bool:
    """Return whether any ACO has stop-loss, or may come to have it by what it chooses."""
    chosen = contracts.decides.program & contracts.elections.stop_loss
    return bool((contracts.stop_loss | chosen).any())
