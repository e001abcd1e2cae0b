"""Whatever the operations, Mesa's set and the set over columns hold the same agents in the same order."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from column_toys import FIELDS, GONE, Person, PlainPerson, ids, is_here
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.columns.bulk import bulk
from sim.columns.column_model import ColumnModel
from sim.columns.fields import Membership
from sim.columns.mesa_compat import drop_id_counter
from sim.columns.store import ColumnStore

small = st.integers(-3, 3)
step = st.one_of(
    st.tuples(st.just("sort"), st.sampled_from(["wealth", "group", "risk"]), st.booleans()),
    st.tuples(st.just("above"), small),
    st.tuples(st.just("at_most"), st.one_of(st.integers(0, 8), st.floats(0, 1))),
    st.tuples(st.just("earn"), small),
    st.tuples(st.just("remove"), st.integers(0, 9)),
    st.tuples(st.just("group"), small),
    st.tuples(st.sampled_from(["|", "&", "-", "^"]), small),
)


def above(agents, level):
    """Ask bulk where the set has columns, agent by agent where it has not."""
    if hasattr(agents, "store"):
        return agents.select(bulk(lambda people: people.get("wealth") > level))
    return agents.select(lambda agent: agent.wealth > level)


def apply(agents, operation):
    name, *values = operation
    if name == "sort":
        return agents.sort(values[0], ascending=values[1])
    if name == "above":
        return above(agents, values[0])
    if name == "at_most":
        return agents.select(at_most=values[0])
    if name == "earn":
        return agents.do("earn", values[0])
    if name == "remove":
        for agent in agents[values[0] : values[0] + 1]:
            agent.remove()
        return agents
    if name == "group":
        return agents.groupby("group").groups.get(values[0], agents)
    other = agents[0].model.agents.select(lambda agent: agent.wealth <= values[0]) if len(agents) else agents
    return {"|": agents.__or__, "&": agents.__and__, "-": agents.__sub__, "^": agents.__xor__}[name](other)


def summary(agents):
    groups = agents.groupby("group")
    return (
        ids(agents),
        list(agents.get("wealth")),
        agents.agg("wealth", sum),
        groups.count(),
        groups.agg("wealth", max),
        agents.map("twice"),
    )


# Mesa warns of an empty result of its own algebra, which it gives no source of shuffles.
@pytest.mark.filterwarnings("ignore:No Agents specified:UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(small, small), min_size=1, max_size=9), st.lists(step, max_size=6))
def test_the_two_sets_agree_after_every_step(people, steps):
    plain, columns = mesa.Model(rng=1), ColumnModel(seed=1)
    for wealth, group in people:
        PlainPerson(plain, wealth, wealth * group / 2, group)
    wealth, group = np.array(people).T
    values = {
        "wealth": wealth.astype(np.int32),
        "risk": wealth * group / 2,
        "group": group.astype(np.int16),
        "status": np.zeros(len(people), np.uint8),
    }
    columns.add_population(
        Person, ColumnStore(FIELDS, values, Membership(("status",), is_here, {"status": GONE}))
    )
    mesas, ours = plain.agents.select(), columns.agents_by_type[Person].select()
    for operation in steps:
        mesas, ours = apply(mesas, operation), apply(ours, operation)
        assert summary(ours) == summary(mesas)
    drop_id_counter(plain)
