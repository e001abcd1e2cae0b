"""LeadModel is a Mesa model: agents, collector, batch runner, and it is freed when nobody holds it."""

from __future__ import annotations

import gc
import inspect
import pickle
import weakref

import mesa
import numpy as np
import pytest
from little_world import ARMS, LITTLE, digest, results, scenario, world

from sim.agents.aco import ACO
from sim.agents.beneficiary import Beneficiary
from sim.agents.providers import ParticipantProvider, PreferredProvider
from sim.inputs.faults import InputError
from sim.kernels.codes import Status
from sim.model import LeadModel
from sim.outcomes.benefit_variables import FALLS_VARIABLES
from sim.outcomes.decision_variables import DECISION_VARIABLES
from sim.outcomes.provider_variables import PROVIDER_VARIABLES
from sim.outcomes.quality import MEASURES
from sim.outcomes.registry import BY_NAME
from sim.replicate import coordinates, simulate
from sim.settlement.office import ENTRY

YEARS = 10


@pytest.fixture
def model():
    return LeadModel(scenario(), "lead_global", world=world())


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "little.toml"
    file.write_text(LITTLE, encoding="utf-8")
    return file


def test_its_agents_are_mesa_agents(model):
    assert isinstance(model, mesa.Model)
    assert set(model.agent_types) == {Beneficiary, ACO, ParticipantProvider, PreferredProvider}
    assert all(issubclass(kind, mesa.Agent) for kind in model.agent_types)
    assert len(model.agents_by_type[ACO]) == 3
    assert len(model.agents_by_type[ParticipantProvider]) == world().n_practices
    enrolled = int((model.people.status == Status.ENROLLED).sum())
    assert len(model.agents_by_type[Beneficiary]) == len(model.beneficiaries) == enrolled
    others = sum(len(model.agents_by_type[kind]) for kind in (ACO, ParticipantProvider, PreferredProvider))
    assert len(model.agents) == enrolled + others
    ids = model.agents.get("unique_id")
    assert len(set(np.asarray(ids).tolist())) == len(model.agents)


def test_agent_sets_answer_about_beneficiaries(model):
    model.step()
    people, columns = model.beneficiaries, model.people
    here = columns.status == Status.ENROLLED
    np.testing.assert_array_equal(people.get("spend"), columns.spend[here])
    assert people.agg("spend", np.sum) == columns.spend[here].sum()
    old = people.select(lambda person: person.birth_year < 1940)
    assert len(old) == (columns.birth_year[here] < 1940).sum()
    assert people.sort("spend")[0].spend == columns.spend[here].max()
    by_market = people.groupby("market")
    assert {market: len(group) for market, group in by_market} == {
        m: int((columns.market[here] == m).sum()) for m in range(2)
    }
    person = people[0]
    assert isinstance(person, Beneficiary)
    assert person.model is model
    assert person in people
    with pytest.raises(TypeError, match="use do, not shuffle_do"):
        people.shuffle_do("live_year", model.year)


def test_acos_have_practices_and_practices_have_acos(model):
    for aco in model.acos:
        assert {practice.aco for practice in aco.practices} == {aco}
    rows = [practice.row for practice in model.practices]
    assert rows == list(range(world().n_practices))
    np.testing.assert_array_equal(model.practice_aco(), world().providers.aco)


def test_it_runs_to_its_horizon_and_stops(model):
    steps = 0
    while model.running:
        assert model.year == 2027 + steps
        model.step()
        steps += 1
    assert (steps, model.steps, model.year, model.running) == (YEARS, YEARS, 2037, False)


def test_run_model_gives_what_simulate_gives():
    model = LeadModel(scenario(), "lead_professional", world=world())
    model.run_model()
    for name, values in results().items():
        np.testing.assert_array_equal(model.outcomes[name], values[ARMS.index("lead_professional")])


def test_the_collector_has_a_row_for_each_year(model):
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["year"].tolist() == list(range(2027, 2037))
    arm = ARMS.index("lead_global")
    for name in ("gross_savings", "true_savings", "settlement"):
        values = results()[name][arm]
        expected = values.reshape(-1, YEARS).sum(axis=0) / 100.0
        np.testing.assert_allclose(frame[name], expected, rtol=1e-12)
    np.testing.assert_allclose(frame["medicare_outlay"], results()["medicare_outlay"][arm] / 100.0)


def test_batch_run_over_arms_and_replicates_gives_what_simulate_gives(path):
    rows = mesa.batch_run(
        LeadModel,
        {"scenario": str(path), "arm": list(ARMS), "replicate": [0, 1]},
        number_processes=1,
        data_collection_period=1,
        display_progress=False,
    )
    assert len(rows) == len(ARMS) * 2 * YEARS
    for row in rows:
        out = results(replicate=row["replicate"])
        year = row["year"] - 2027
        settled = out["settlement"][ARMS.index(row["arm"]), :, year].sum() / 100.0
        assert row["settlement"] == (0.0 if row["arm"] == "no_aco" else settled)
        outlay = out["medicare_outlay"][ARMS.index(row["arm"]), year] / 100.0
        assert row["medicare_outlay"] == outlay


def test_seeds_of_the_batch_runner_are_seeds_of_the_experiment(path):
    def total(seed):
        model = LeadModel(str(path), "lead_global", seed=seed)
        model.step()
        return model.total("medicare_outlay")

    # Mesa 3.5 takes seeds as an argument of its own, Mesa 3.3 as a parameter of the model.
    seeds = {"rng": [1, 2]} if "rng" in inspect.signature(mesa.batch_run).parameters else {}
    rows = mesa.batch_run(
        LeadModel,
        {"scenario": str(path), "arm": "lead_global", **({} if seeds else {"seed": [1, 2]})},
        number_processes=1,
        data_collection_period=1,
        max_steps=1,
        display_progress=False,
        **seeds,
    )
    first = {row["seed"]: row["medicare_outlay"] for row in rows if row["year"] == 2027}
    assert first == {1: total(1), 2: total(2)}
    assert first[1] != first[2]
    with pytest.raises(InputError, match="whole number"):
        LeadModel(scenario(), seed=1.5)


def test_a_year_is_lived_once_and_by_everybody(model):
    model.beneficiaries.do("live_year", 2027)
    for year in (2027, 2028):
        with pytest.raises(RuntimeError, match="lived once"):
            model.beneficiaries.do("live_year", year)
    model.step()
    np.testing.assert_array_equal(model.outcomes["expenditure"][..., 0], results()["expenditure"][1][..., 0])


def test_the_order_of_agent_sets_changes_nothing(model):
    model.practices.shuffle()
    model.acos.shuffle(inplace=True)
    model.run_model()
    for name, values in results().items():
        np.testing.assert_array_equal(model.outcomes[name], values[ARMS.index("lead_global")])


def test_what_stands_in_a_provider_is_what_acts(model):
    plain = results()["ffs_payments"][1, 0]
    dear = [practice for practice in model.practices if practice.aco is model.acos[0]]
    for practice in dear:
        practice.efficiency *= 1.2
    model.step()
    assert model.outcomes["ffs_payments"][0] > plain
    with pytest.raises(TypeError, match="cannot be removed"):
        dear[0].remove()


def test_a_specialist_who_becomes_dearer_is_felt_by_those_who_are_referred_there(model):
    model.specialists.set("efficiency", 1.5 * model.specialists.get("efficiency"))
    model.step()
    assert model.outcomes["ffs_payments"][0] > results()["ffs_payments"][1, 0]


def test_nothing_that_loops_look_up_can_be_set_out_of_range(model):
    person = model.beneficiaries[0]
    for name, value in (("attested", 10**6), ("practice", -1), ("last_main", len(model.practices))):
        with pytest.raises(ValueError, match=name):
            setattr(person, name, value)
    with pytest.raises(ValueError, match="aco_row"):
        model.practices.set("aco_row", 3)


def test_the_tin_list_decides_base_years_and_who_is_aligned(model):
    leaving = model.acos[0].practices[0]
    leaving.aco = None
    assert leaving not in model.acos[0].practices
    model.step()
    before = results()
    for name in ("person_months", "historical_benchmark"):
        ours = model.outcomes[name]
        theirs = before[name][1]
        assert (ours[0, ..., 0] != theirs[0, ..., 0]).any()
    assert (model.outcomes["person_months"][0, ..., 0] <= before["person_months"][1][0, ..., 0]).all()


def test_an_aco_that_is_out_is_not_settled(model):
    model.acos[0].participates = False
    model.step()
    for name, values in model.outcomes.items():
        if {"aco", "year"} <= set(BY_NAME[name].dims):
            year = values.take(0, axis=BY_NAME[name].dims.index("year"))
            fill = BY_NAME[name].fill_value
            if name in ("quality_rate", "quality_rank"):
                # A survey counts nothing.
                year = np.delete(year, MEASURES.index("CAHPS"), axis=-1)
            empty = np.isnan(year) if BY_NAME[name].dtype == "number" else year == fill
            care = ("stays", "readmissions", "snf_days", "ed_visits", "fall_spending_averted")
            care += tuple(variable.name for variable in FALLS_VARIABLES)
            lived = name in ("person_months", "expenditure", "risk_score", "true_savings", *care, *ENTRY)
            assert empty[0].all() != lived, name
            of_other_programs = name in ("minimum_savings_rate", "agreement_benchmark")
            not_asked = BY_NAME[name] in (*PROVIDER_VARIABLES, *DECISION_VARIABLES)
            assert not empty[1:].any() or of_other_programs or not_asked, name


def test_a_model_can_be_pickled_and_goes_on(model):
    model.step()
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301  our own bytes
    copy.run_model()
    for name, values in results().items():
        np.testing.assert_array_equal(copy.outcomes[name], values[ARMS.index("lead_global")])


def test_the_reference_arm_is_of_the_same_class():
    class Mine(LeadModel):
        pass

    model = Mine(scenario(), "lead_global", world=world())
    assert type(model.reference) is Mine


def test_an_unknown_arm_is_a_fault():
    with pytest.raises(InputError, match="lead_globl"):
        LeadModel(scenario(), "lead_globl", world=world())


def test_threads_do_not_change_results():
    assert digest(simulate(scenario(), 0, threads=2)) == digest(results())


def test_the_labels_fit_the_results():
    labels = coordinates(scenario())
    assert labels["arm"] == list(ARMS)
    assert labels["aco"] == ["alpha", "beta", "gamma"]
    assert labels["year"] == list(range(2027, 2037))
    assert results()["expenditure"].shape == (3, 3, len(labels["cell"]), YEARS)


def finished(arm):
    model = LeadModel(scenario(), arm)
    model.run_model()
    held = [weakref.ref(model), weakref.ref(model.world), weakref.ref(model.people.spend)]
    if model.reference is not None:
        held += [weakref.ref(model.reference), weakref.ref(model.reference.people.spend)]
    return held


@pytest.mark.parametrize("arm", ["no_aco", "lead_global"])
def test_a_finished_model_is_freed_with_its_world_and_its_reference(arm):
    held = finished(arm)
    gc.collect()
    assert [reference() for reference in held] == [None] * len(held)


def test_a_closed_model_is_freed_at_once():
    gc.collect()
    gc.disable()
    try:
        model = LeadModel(scenario(), "lead_global")
        model.step()
        held = [weakref.ref(model), weakref.ref(model.reference), weakref.ref(model.world)]
        model.close()
        model.close()
        assert model.outcomes["settlement"].shape == (3, YEARS)
        del model
        assert [reference() for reference in held] == [None, None, None]
    finally:
        gc.enable()
