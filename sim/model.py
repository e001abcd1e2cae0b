"""LeadModel: one arm of one replicate, a Mesa model whose step is a performance year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import ACO
from sim.agents.beneficiary import Beneficiary, beneficiary_store
from sim.agents.providers import ParticipantProvider, PreferredProvider
from sim.columns.collector import ColumnDataCollector
from sim.columns.column_model import ColumnModel
from sim.inputs.evidence import Evidence
from sim.inputs.evidence_draw import draw_evidence
from sim.inputs.faults import InputError, wrong_choice
from sim.inputs.lead_criteria import criteria_of, high_needs_aco_share
from sim.kernels.codes import CELL_NAMES, Sum
from sim.kernels.draws import Key, make_key
from sim.kernels.layout import Practices
from sim.levers import Levers, copy_lives
from sim.outcomes.registry import VARIABLES
from sim.population.experience import Experience, event_share
from sim.population.health import build_health, in_year
from sim.population.plan import plan_acos
from sim.population.world import Sums, World, build_world
from sim.scenarios import Scenario
from sim.settlement.office import Settlement
from sim.settlement.program import Participants

SETTLED_MONEY = (
    "benchmark",
    "benchmark_before_discount",
    "gross_savings",
    "shared_savings",
    "sequestration",
    "settlement",
    "admin_add_on",
)


def make_world(scenario: Scenario, replicate: int, threads: int = 1) -> World:
    """Return the world of a replicate, on 1 January of the first performance year.

    Raises
    ------
    InputError
        When the CMS file that the scenario names cannot be used.
    """
    arm = scenario.study.reference_arm
    return build_world(
        plan_acos(scenario),
        evidence_of(scenario, arm, replicate),
        criteria_of(scenario.rulebook(arm), scenario.years[0]),
        scenario.years,
        scenario.population.aco_market_share,
        scenario.study.seed,
        replicate,
        threads,
    )


def evidence_of(scenario: Scenario, arm: str, replicate: int) -> Evidence:
    """Return an arm's evidence in a replicate: drawn anew where the study asks for parameter uncertainty."""
    evidence = scenario.evidence(arm)
    if not scenario.study.parameter_uncertainty:
        return evidence
    return draw_evidence(evidence, make_key(scenario.study.seed, replicate))


class LeadModel(ColumnModel):
    """A decade of LEAD in one arm of one replicate.

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
    seed, rng : optional
        Accepted for Mesa's batch runner and not used: the scenario's seed decides.

    Attributes
    ----------
    year : int
        The performance year that the next step lives.
    running : bool
        False after the last performance year.
    episodes : int64, shape (practices + markets, episodes, episode sums)
        Exact sums of the latest year's episodes, by practice aligned to or by market.
    outcomes : dict of str to ndarray
        One array for each variable of :data:`sim.outcomes.registry.VARIABLES`, NaN (or the least integer)
        where nothing has happened yet.
    datacollector : ColumnDataCollector
        Yearly totals of the arm.

    Raises
    ------
    InputError
        When `arm` is not an arm of the scenario.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        arm: str | None = None,
        replicate: int = 0,
        *,
        threads: int = 1,
        world: World | None = None,
        reference: LeadModel | None = None,
        seed: int | None = None,
        rng: Any = None,
    ) -> None:
        self.scenario = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        super().__init__(seed=self.scenario.study.seed)
        first = self.scenario.study.reference_arm
        self.arm = first if arm is None else arm
        if self.arm not in self.scenario.arms:
            raise InputError(wrong_choice("LeadModel", "arm", self.arm, self.scenario.arms))
        self.replicate = replicate
        self.threads = threads
        self.world = world if world is not None else make_world(self.scenario, replicate, threads)
        self._steps_reference = reference is None and self.arm != first
        self.reference: LeadModel | None = (
            LeadModel(self.scenario, first, replicate, threads=threads, world=self.world)
            if self._steps_reference
            else reference
        )
        self.evidence: Evidence = evidence_of(self.scenario, self.arm, replicate)
        self._health = build_health(self.evidence)
        self.rulebook = self.scenario.rulebook(self.arm)
        self.first_py = self.scenario.years[0]
        self.year = self.first_py
        self.high_needs_aco_share = high_needs_aco_share(self.rulebook, self.first_py)
        self.lived = self.lived_this_year = 0
        self.settlement = Settlement.of(self.scenario, self.arm, self.world)
        self.people = self.world.branch()
        self.beneficiaries = self.add_population(Beneficiary, beneficiary_store(self.people))
        self._make_providers()
        self.outcomes = _blank(len(self.world.plans), len(self.scenario.years))
        self._sums: Sums = np.zeros((0, 0, 0), np.int64)
        self.episodes = self.world.no_episodes()
        self._levers: Levers | None = None
        self._twin: LeadModel | None = None
        self.history = dict(self.world.history)
        self._event_share = event_share(self.history[self.first_py - 1])
        self.datacollector = ColumnDataCollector(
            model_reporters={
                "year": lambda model: model.year - 1,
                "medicare_outlay": lambda model: model.total("medicare_outlay"),
                "gross_savings": lambda model: model.total("gross_savings"),
                "true_savings": lambda model: model.total("true_savings"),
                "settlement": lambda model: model.total("settlement"),
            }
        )

    @property
    def key(self) -> Key:
        """Key of the replicate's draws."""
        return self.world.key

    def _make_providers(self) -> None:
        participates = self.settlement.contracts(self.first_py).participates.tolist()
        acos = [
            ACO(self, row, plan, participates=participates[row]) for row, plan in enumerate(self.world.plans)
        ]
        made = self.world.providers
        lives = made.lives.sum(axis=1)
        practices = []
        for row, aco in enumerate(made.aco.tolist()):
            practice = ParticipantProvider(
                self,
                row,
                int(made.market[row]),
                float(lives[row]),
                float(made.efficiency[row]),
                tuple(made.referred[row].tolist()),
                acos[aco] if aco >= 0 else None,
            )
            practices.append(practice)
            if aco >= 0:
                acos[aco].practices.append(practice)
        referral = np.zeros(len(made.specialist_market))
        np.add.at(referral, made.referred, lives[:, None] * made.referral_share)
        for row, market in enumerate(made.specialist_market.tolist()):
            PreferredProvider(self, row, market, float(made.specialist_efficiency[row]), float(referral[row]))
        self.acos = self.agents_by_type[ACO]
        self.practices = self.agents_by_type[ParticipantProvider]

    def practice_aco(self) -> NDArray[np.int64]:
        """Return the ACO of each practice's TIN, -1 for none."""
        return np.array([-1 if practice.aco is None else practice.aco.row for practice in self.practices])

    def aco_market(self) -> NDArray[np.int64]:
        """Return the market of each ACO."""
        return np.array([aco.practices[0].market for aco in self.acos])

    def step(self) -> None:
        """Live one performance year: decisions, the beneficiary-year, settlement, cash."""
        if self._steps_reference and self.reference is not None:
            self.reference.step()
        if self._levers is None:
            self.decide()
        self.beneficiaries.do("live_year", self.year)
        self._levers = None
        self._settle()
        self.year += 1
        self.running = self.year <= self.scenario.years[-1]
        self.datacollector.collect(self)

    def decide(self) -> Levers:
        """Let ACOs and then practices decide this year; return what follows for people.

        An arm that has lived as another until now, and decides otherwise, takes that arm's people over first.
        """
        self.acos.do("decide", self.year)
        self.practices.do("decide", self.year)
        health = in_year(self._health, self.evidence, criteria_of(self.rulebook, self.year), self.year)
        self._levers = Levers(self._practice_tables(), health)
        twin = self._twin
        if twin is not None and twin._levers is not None and not self._levers.equal(twin._levers):
            copy_lives(twin.people, self.people)
            self._twin = None
        return self._levers

    def live(self, year: int) -> None:
        """Run the yearly pass over all rows; :class:`Beneficiary` calls it once for the whole population."""
        levers = self._levers if self._levers is not None else self.decide()
        if self._twin is not None:
            twin = self._twin
            self._sums, self.episodes, self.lived_this_year = twin._sums, twin.episodes, twin.lived_this_year
            return
        reference = None if self.reference is None else self.reference.people.spend
        self.episodes = self.world.no_episodes()
        self._sums, self.lived_this_year = self.world.live(
            self.people, year, levers.practices, reference, self.threads, levers.health, self.episodes
        )
        self.lived += self.lived_this_year
        self.beneficiaries.store.touch()

    def _practice_tables(self) -> Practices:
        """Return what practices do this year, from what ACOs and practices decided.

        The effect falls on acute and other care as ``effect.event_share`` says, so that the sum is the effect
        on total spending; patients aligned elsewhere feel ``effect.spillover`` of it.
        """
        evidence = self.evidence
        effect = np.array([practice.effect for practice in self.practices])
        high_needs = np.array([0.0 if p.aco is None else p.aco.high_needs_effect for p in self.practices])
        on_events = evidence.number("effect.event_share") / self._event_share
        on_base = (1.0 - evidence.number("effect.event_share")) / (1.0 - self._event_share)
        spill = evidence.number("effect.spillover")
        return Practices(
            efficiency=self.world.providers.efficiency,
            base_effect=1.0 + effect * on_base,
            event_effect=1.0 + effect * on_events,
            base_spill=1.0 + spill * effect * on_base,
            event_spill=1.0 + spill * effect * on_events,
            high_needs_effect=1.0 + high_needs,
            coding=1.0 + np.array([practice.coding for practice in self.practices]),
            attest=np.array(
                [
                    p.aco.attestation if p.aco is not None and p.aco.participates else 0.0
                    for p in self.practices
                ]
            ),
        )

    def _settle(self) -> None:
        self.history[self.year] = self._sums
        participants = Participants(self.practice_aco(), self.world.providers.market, self.aco_market())
        seen: Experience = participants.observe(self.history, self.year)
        t = self.year - self.first_py
        out = self.outcomes
        acos = list(self.acos)
        months = seen.months.sum(axis=1)
        high_needs = seen.months[:, 2] + seen.months[:, 5]
        cost = [aco.running_cost(months[a], high_needs[a], self.year) for a, aco in enumerate(acos)]
        active = np.array([aco.participates for aco in acos])
        quality = np.array([aco.quality for aco in acos])
        contracts = self.settlement.contracts(self.year)
        settled = self.settlement.settle(self.year, self.history, participants, contracts, active, quality)
        if not active.any():  # an arm without ACOs is paid and owes nothing
            for name in SETTLED_MONEY:
                settled[name][:] = 0
        distributed, change = np.array(
            [
                aco.receive(int(settled["settlement"][a]), int(settled["admin_add_on"][a]), cost[a])
                for a, aco in enumerate(acos)
            ],
            np.int64,
        ).T
        for name in ("historical_benchmark", "higher_spending"):
            out[name][:] = settled.pop(name)
        out["person_months"][..., t] = seen.months
        out["true_savings"][..., t] = seen.aco[..., Sum.REFERENCE] - seen.aco[..., Sum.SPEND]
        out["care_management_cost"][..., t] = cost
        out["distributions"][..., t] = distributed
        out["aco_cash_change"][..., t] = change
        for name, values in settled.items():
            out[name][..., t] = values
        ffs = int(self._sums[..., Sum.SPEND].sum())
        outlay = ffs + int(settled["settlement"].sum()) + int(settled["admin_add_on"].sum())
        out["ffs_payments"][t] = ffs
        out["medicare_outlay"][t] = outlay
        ours = self.reference.outcomes["medicare_outlay"][t] if self.reference is not None else outlay
        out["medicare_net_cost"][t] = outlay - int(ours)

    def total(self, name: str) -> float:
        """Return the dollars of the year just lived, all ACOs together."""
        values = self.outcomes[name][..., self.year - 1 - self.first_py]
        return float(values.sum()) / 100.0

    def close(self) -> None:
        """End the run and let go of agents, people and the world."""
        for aco in self.acos:
            aco.practices = []  # ACO and practice hold each other, and both the model
        super().close()
        self.acos = self.practices = self.agents
        self.beneficiaries = self.agents  # type: ignore[assignment]  # an empty set
        if self.reference is not None and self._steps_reference:
            self.reference.close()


def _blank(n_acos: int, n_years: int) -> dict[str, NDArray[Any]]:
    sizes = {"aco": n_acos, "cell": len(CELL_NAMES), "year": n_years}
    return {
        variable.name: np.full(
            tuple(sizes[dim] for dim in variable.dims), variable.fill_value, variable.stored_dtype
        )
        for variable in VARIABLES
    }


def coordinates(scenario: Scenario) -> dict[str, Any]:
    """Return the labels of the results: index coordinates, and what each ACO is."""
    plans = plan_acos(scenario)
    return {
        "arm": list(scenario.arms),
        "aco": [plan.name for plan in plans],
        "cell": list(CELL_NAMES),
        "year": list(scenario.years),
        "aco_entry": ("aco", [plan.entry for plan in plans]),
        "aco_leadership": ("aco", [plan.leadership for plan in plans]),
        "aco_rural": ("aco", [plan.rural for plan in plans]),
        "aco_lives": ("aco", [plan.lives for plan in plans]),
    }


def _pair_twins(models: list[LeadModel]) -> None:
    """Let every arm follow the first arm that starts with the same levers, while it decides the same.

    Arms share people and draws, so equal levers give equal lives to the bit: they are lived once.
    """
    first_year = [model.decide() for model in models]
    for k, levers in enumerate(first_year):
        twins = (j for j in range(k) if models[j]._twin is None and levers.equal(first_year[j]))
        models[k]._twin = next((models[j] for j in twins), None)


def simulate(scenario: Scenario, replicate: int, *, threads: int = 1) -> dict[str, NDArray[Any]]:
    """Simulate all arms of one replicate on the same people and draws.

    Parameters
    ----------
    scenario : Scenario
    replicate : int
    threads : int
        Cores to use; the result does not depend on it.

    Returns
    -------
    dict of str to ndarray
        One array for each result variable, the arm first, then the variable's dims.
    """
    world = make_world(scenario, replicate, threads)
    first = scenario.study.reference_arm
    models = {first: LeadModel(scenario, first, replicate, threads=threads, world=world)}
    for arm in scenario.arms:
        if arm != first:
            models[arm] = LeadModel(
                scenario, arm, replicate, threads=threads, world=world, reference=models[first]
            )
    _pair_twins(list(models.values()))
    for _ in scenario.years:
        for model in models.values():
            model.decide()
        for model in models.values():
            model.step()
    results = {
        variable.name: np.stack([models[arm].outcomes[variable.name] for arm in scenario.arms])
        for variable in VARIABLES
    }
    for model in models.values():
        model.close()
    return results
