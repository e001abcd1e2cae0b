"""LeadModel: one arm of one replicate, a Mesa model whose step is a performance year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import ACO
from sim.agents.beneficiary import Beneficiary, beneficiary_store
from sim.agents.beneficiary import bounds as beneficiary_bounds
from sim.agents.deciding import Deciding
from sim.agents.providers import (
    ParticipantProvider,
    PreferredProvider,
    practice_bounds,
    practice_store,
    specialist_store,
)
from sim.agents.replaced import Replaced
from sim.agents.usual import AcoDecisions, own_parameters
from sim.backing import Backing
from sim.behaviour.book import Behaviours
from sim.behaviour.effect import CareShares
from sim.columns.collector import ColumnDataCollector
from sim.columns.column_model import ColumnModel
from sim.columns.column_set import ColumnAgentSet
from sim.inputs.evidence import Evidence
from sim.inputs.faults import InputError, wrong_choice
from sim.inputs.lead_criteria import criteria_of
from sim.kernels.draws import Key
from sim.kernels.layout import People
from sim.kernels.tally import Asked, Tally, without_specialists
from sim.ledger.year import enter_passed_on, enter_spending
from sim.levers import Levers, practices_this_year
from sim.outcomes.cash import CashTerms
from sim.outcomes.provider_variables import income_of_practices
from sim.outcomes.record import Record
from sim.outcomes.yearly import REPORTED
from sim.payments import aco_years, book_program, empty_ledger
from sim.population.arm_people import ArmPeople
from sim.population.experience import Experience, care_shares, lived_by
from sim.population.health import HealthByYear, snf_part
from sim.population.past import Memory
from sim.population.referrals import changed_specialists
from sim.population.world import World
from sim.scenarios import Scenario
from sim.settlement.contracts import Contracts
from sim.settlement.office import ENTRY, Settlement
from sim.settlement.program import Participants, Settled
from sim.settlement.stop_loss import LivedPersons, Persons
from sim.start import evidence_of, make_world, parameter_values, with_seed

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# One performance year, in order. Each is a method of the model without arguments.
STEPS = ("decide", "live_year", "settle", "pay", "learn", "record_year", "close_year")


class LeadModel(ColumnModel):
    """Ten years of programs for ACOs in one arm of one replicate.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The scenario or its file.
    arm : str, optional
        Arm to simulate; by default the reference arm.
    replicate : int
        Number of the replicate; with the scenario's seed it keys every draw.
    threads : int
        Cores that the yearly pass over beneficiaries may use; results do not depend on it.
    world : World, optional
        A world made for this scenario and replicate; without it the model makes its own. Worlds are not
        changed.
    reference : LeadModel, optional
        The reference arm on the same world, stepped just before this one each year; without it the model of
        any other arm makes and steps its own.
    shared : ArmPeople, optional
        The arm's people among arms that live together, see :class:`sim.replicate.Replicate`.
    agents : mapping of type to type, optional
        Subclasses to use instead of the model's agents, e.g. ``{ACO: Mine}``.
    behaviours : mapping of str to callable, optional
        Functions to use instead of those of :data:`sim.behaviour.book.BEHAVIOURS`, by name.
    seed, rng : int, optional
        A seed to use instead of the scenario's, as Mesa's batch runner gives it.

    Attributes
    ----------
    year : int
        The performance year that the next step lives.
    running : bool
        False after the last performance year.
    contracts : Contracts
        Program and terms of each ACO this year.
    history : dict of int to Tally
        Every calendar year lived so far, those before the first performance year included.
    ledger : Ledger
        Every payment so far.
    outcomes : dict of str to ndarray
        One array for each variable of :data:`sim.outcomes.registry.VARIABLES`, NaN (or the least integer)
        where nothing has happened.
    datacollector : ColumnDataCollector
        Yearly totals of the arm.

    Raises
    ------
    InputError
        When `arm` is not an arm of the scenario, or `agents` or `behaviours` name none of the model's.
    """

    beneficiaries: ColumnAgentSet[Any]
    practices: ColumnAgentSet[Any]
    specialists: ColumnAgentSet[Any]

    def __init__(
        self,
        scenario: Scenario | str | Path,
        arm: str | None = None,
        replicate: int = 0,
        *,
        threads: int = 1,
        world: World | None = None,
        reference: LeadModel | None = None,
        shared: ArmPeople | None = None,
        agents: Mapping[type, type] | None = None,
        behaviours: Mapping[str, Callable[..., Any]] | None = None,
        seed: int | None = None,
        rng: int | None = None,
    ) -> None:
        loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        self.scenario = with_seed(loaded, seed if rng is None else rng)
        super().__init__(seed=self.scenario.study.seed)
        first = self.scenario.study.reference_arm
        self.arm = first if arm is None else arm
        if self.arm not in self.scenario.arms:
            raise InputError(wrong_choice("LeadModel", "arm", self.arm, self.scenario.arms))
        self.replicate = replicate
        self._shared = shared
        self.threads = threads
        self.replaced = Replaced.in_arm(self.scenario, self.arm, agents, behaviours)
        self.world = world if world is not None else make_world(self.scenario, replicate, threads)
        self._steps_reference = reference is None and self.arm != first
        self.reference: LeadModel | None = reference
        if self._steps_reference:
            self.reference = type(self)(
                self.scenario, first, replicate, threads=threads, world=self.world,
                agents=agents, behaviours=behaviours,
            )  # fmt: skip
        self.first_py = self.year = self.scenario.years[0]
        self.evidence: Evidence = evidence_of(self.scenario, self.arm, replicate)
        own = own_parameters(self.world.plans)
        self.behaviours = Behaviours.read(self.evidence, self.replaced.behaviours, own)
        self.rulebook = self.scenario.rulebook(self.arm)
        self.settlement = Settlement.of(self.scenario, self.arm, self.world, self.evidence)
        self.history = dict(self.world.history)
        self._memory = Memory(self.world.remembered, self.settlement.remembered_years)
        self.ledger = empty_ledger(self.scenario, self.world)
        self.backing = Backing(self.world.plans, self.first_py)
        terms = CashTerms.read(self.evidence, self.backing.reserves)
        drawn = parameter_values(self.scenario, self.evidence)
        panel_of = self.world.providers if self.scenario.study.evaluation_panel else None
        self.record = Record(len(self.world.plans), self.scenario.years, terms, drawn, panel_of)
        self.outcomes = self.record.arrays
        self._health: HealthByYear = HealthByYear(
            self.evidence, None if self.reference is None else self.reference._health
        )
        last = self.history[self.first_py - 1].care
        self._care_shares = CareShares(*care_shares(last, snf_part(self.evidence)))
        self._levers: Levers | None = None
        self._usual: tuple[int, AcoDecisions] | None = None
        self.lived = self.lived_this_year = 0
        self._make_agents()
        self.deciding = Deciding(self.settlement, self.behaviours, self.key, self.backing.reserves)
        self.contracts: Contracts = self.deciding.in_force(self.year, self.history, self.practice_aco())
        self.datacollector = ColumnDataCollector(model_reporters=dict(REPORTED))

    def _make_agents(self) -> None:
        """Make the people, practices and specialists agents, and an ACO of each plan."""
        use: Callable[[type[Any]], Any] = self.replaced.agent
        made, plans, world, shared = self.world.providers, self.world.plans, self.world, self._shared
        self._people = world.branch() if shared is None else shared.columns
        looked_up = beneficiary_bounds(world.n_practices, world.n_markets)
        self.beneficiaries = self.add_population(use(Beneficiary), beneficiary_store(self._people), looked_up)
        if shared is not None:
            self.beneficiaries.store.guard(shared)
        self._acos: list[ACO] = [use(ACO)(self, row, plan) for row, plan in enumerate(plans)]
        self.practices = self.add_population(
            use(ParticipantProvider), practice_store(made), practice_bounds(len(plans))
        )
        self.specialists = self.add_population(use(PreferredProvider), specialist_store(made))
        self.acos = self.agents_by_type[use(ACO)]
        self._aco_market = made.aco_market(len(plans))

    @property
    def key(self) -> Key:
        """Key of the replicate's draws."""
        return self.world.key

    @property
    def people(self) -> People:
        """Columns of everybody as the latest year left them; not writable where arms share lives."""
        return self._people if self._shared is None else self._shared.people()

    def aco_at(self, row: int) -> ACO:
        """Return the ACO of a row along the ``aco`` dimension."""
        return self._acos[row]

    def practice_aco(self) -> NDArray[np.int64]:
        """Return the ACO of each practice's TIN, -1 for none."""
        return self.practices.store["aco_row"].astype(np.int64)

    def participants(self) -> Participants:
        """Return the present list of TINs."""
        nation = None if self.reference is None else self.reference.history
        markets, practice_aco = (self.world.providers.market, self._aco_market), self.practice_aco()
        volunteers = self.settlement.joining.volunteers(self._memory, lambda: self.people, practice_aco)
        taking_part = self.evidence.number("nation.taking_part")
        efficiency = self.specialists.store["efficiency"]
        return Participants(practice_aco, *markets, nation, taking_part, volunteers, efficiency)

    def active(self) -> Flags:
        """Return which ACOs take part in a program this year, shape (acos,)."""
        return np.array([aco.active for aco in self._acos], dtype=bool)

    # -- the steps of a performance year

    def step(self) -> None:
        """Live one performance year: the steps of :data:`STEPS`, one after another."""
        if not self.running:
            raise RuntimeError(f"the last performance year, {self.scenario.years[-1]}, has been lived")
        if self._steps_reference and self.reference is not None:
            self.reference.step()
        for name in STEPS:
            getattr(self, name)()

    def decide(self) -> Levers:
        """Let ACOs and then practices decide this year, once; return what follows for people."""
        if self._levers is None:
            self.world.course.enter(self.practices.store.columns, self.year)
            self.acos.do("decide", self.year)
            self.practices.do("decide", self.year)
            state = self.year, self.contracts, self.active(), self.practice_aco()
            practices = practices_this_year(
                self.practices.store.columns,
                self.behaviours.parameters["effect"],
                self._care_shares,
                self.settlement.answers(*state, self.behaviours, self._care_shares),
                changed_specialists(
                    self.world.providers.specialists,
                    self.specialists.store["efficiency"],
                    self.evidence.number("care.specialist_share"),
                ),
                self.settlement.served.levers(self.behaviours, *state),
            )
            practices = self.settlement.benefits.offered(practices, *state)
            health = self._health.in_year(criteria_of(self.rulebook, self.year), self.year)
            self._levers = Levers(practices, health)
        return self._levers

    def usual_decisions(self, year: int) -> AcoDecisions:
        """Return what every ACO decides this year by the behaviours; worked out once a year."""
        if self._usual is None or self._usual[0] != year:
            lived = np.array([aco.experience + 1 for aco in self._acos], np.int64)
            self._usual = year, self.deciding.usual(year, self.contracts, np.where(self.active(), lived, 0))
        return self._usual[1]

    def decided(self) -> dict[str, Floats]:
        """Return what ACOs have decided for their practices, by column; one that is out changes nothing."""
        active, names = self.active(), ("effect", "high_needs_effect", "coding", "attestation")
        table = {name: np.array([getattr(aco, name) for aco in self._acos], np.float64) for name in names}
        return {name: np.where(active, values, 0.0) for name, values in table.items()}

    def live_year(self) -> None:
        """Let everybody live the year, unless the replicate has seen to it."""
        if self.year not in self.history:
            self.beneficiaries.do("live_year", self.year)

    def live(self, year: int) -> None:
        """Run the yearly pass over all rows; :class:`Beneficiary` calls it once for the whole population.

        Raises
        ------
        RuntimeError
            When it is not that year's turn: a year is lived once, in order.
        """
        if self._shared is not None:
            raise RuntimeError("this arm lives together with others: the replicate sees to it")
        if year != self.year or year in self.history:
            raise RuntimeError(f"{year} cannot be lived now: a year is lived once, and next is {self.year}")
        levers = self.decide()
        reference = None if self.reference is None else self.reference.people.spend
        lives = self.people, year, levers.practices, reference, self.threads, levers.health, self.asked
        self.take_year(*self.world.live(*lives))

    @property
    def asked(self) -> Asked:
        """Sums of this year that its settlement wants beyond those that cost no time."""
        return self.settlement.asks(self.year, self.contracts, self.active(), self.practice_aco())

    def take_year(self, tally: Tally, lived: int) -> None:
        """Take in the sums of this year's lives, and how many people lived it."""
        state = self.decide().practices, self.year, self.contracts, self.active(), self.practice_aco()
        mine, nations = (partial(getattr, one, "people") for one in (self, self.reference or self))
        self.history[self.year] = self.settlement.joining.take_in(tally, *state, mine, nations)
        self.lived_this_year = lived
        self.lived += lived
        self.beneficiaries.store.touch()

    def settle(self) -> None:
        """Let each ACO's program settle the year."""
        lived = self.year, partial(getattr, self, "people"), self.decide().practices.coding
        self._memory.note(*lived)
        self.persons = Persons(*lived, self.history[self.year].care, self.settlement.joining.came)
        participants = self._participants = self.participants()
        self._seen: Experience = participants.observe(self.history, self.year)
        self._active = self.active() & (self._seen.months.sum(axis=1) > 0.0)
        quality = np.array([aco.quality for aco in self._acos], np.float64)
        persons = LivedPersons(self.persons, (self.reference or self).persons)
        self._settled: Settled = self.settlement.settle(
            self.year, self.history, participants, self.contracts, self._active, quality, persons
        )

    def pay(self) -> None:
        """Book the year's payments; what an ACO gains it shares with its practices."""
        year, seen, active, decide = self.year, self._seen, self._active, self.behaviours.decide
        schedule = self._schedule = self.settlement.schedule(year, self.contracts)
        billed = self.settlement.billed(self.persons, self.history, self._participants, self.contracts)
        booked = self.ledger, year, self._settled, active, schedule
        gain = book_program(*booked, aligned=seen.aco, lived=self.history[year].care, billed=billed)
        cost = self.deciding.cost(year, self.contracts, seen.months)
        cost = np.where(active, cost + [aco.further_cost_cents for aco in self._acos], 0)
        practices, practice_aco = self.practices.store, self.practice_aco()
        gain -= self.settlement.cara.pay(self.ledger, year, self.specialists.store.columns, schedule.final)
        served = self.settlement.served
        gain += served.pay(self.ledger, year, self.behaviours, self.contracts, self._settled, schedule.final)
        shared = decide("distribution", gain=gain, practice_aco=practice_aco, lives=practices["lives"])
        practices["income_cents"][:] += shared
        enter_spending(self.ledger, year, cost, shared, practice_aco, schedule.final)
        if schedule.monthly is not None:
            enter_passed_on(self.ledger, year, schedule.monthly, practice_aco, practices["lives"])
        leaves = self.settlement.ruined_leaves
        self._settled |= self.backing.call(self.ledger, year, self._settled, active, schedule, leaves=leaves)

    def learn(self) -> None:
        """Let ACOs take in what the year has brought."""
        years = aco_years(self.ledger, self.year, self._settled, self._active)
        for row, brought in years.items():
            self._acos[row].experience += 1
            self._acos[row].learn(brought)
        self.deciding.learn(self.year, years, self._settled, self._seen.months, self._schedule.final)

    def record_year(self) -> None:
        """Write the year's outcomes."""
        seen, settled = self._seen, self._settled
        lived = ("expenditure", "risk_score", *ENTRY)
        books = self.ledger, (self.reference or self).ledger
        outlay = None if self.reference is None else self.reference.outcomes["medicare_outlay"]
        self.record.write_year(
            self.year,
            experience=lived_by(seen)
            | {name: settled[name] for name in lived}
            | self.deciding.told(self.year)
            | income_of_practices(*books, self.year, self._participants.practice_aco),
            settled={name: values for name, values in settled.items() if name not in lived},
            active=self._active,
            ledger=self.ledger,
            reference_outlay=None if outlay is None else int(outlay[self.year - self.first_py]),
        )
        self.record.write_panel(self.year, self.history, self._participants.practice_aco)

    def close_year(self) -> None:
        """Turn to the next year: its contracts, and nothing decided yet."""
        self._levers = self._usual = None
        self.history[self.year] = without_specialists(self.history[self.year])
        self.year += 1
        self.running = self.year <= self.scenario.years[-1]
        self.backing.put_out(self._acos, self.year)
        if self.running:
            self.contracts = self.deciding.in_force(self.year, self.history, self.practice_aco())
        self.datacollector.collect(self)

    def total(self, name: str) -> float:
        """Return the dollars of the year just lived, all ACOs together."""
        return self.record.total(name, self.year - 1)

    def close(self) -> None:
        """End the run and let go of agents, people and the world."""
        super().close()
        vars(self).pop("persons", None)
        self._acos = []
        self.acos = self.agents
        self.beneficiaries = self.practices = self.specialists = self.agents  # type: ignore[assignment]
        if self.reference is not None and self._steps_reference:
            self.reference.close()
