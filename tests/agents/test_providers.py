"""Practices and specialists are rows: what is written stands where kernels read, or is refused."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import world

from sim.agents.providers import (
    ParticipantProvider,
    PreferredProvider,
    practice_bounds,
    practice_store,
    specialist_store,
)
from sim.columns.column_model import ColumnModel

ACOS = 3


@pytest.fixture
def model():
    made = ColumnModel(seed=1)
    providers = world().providers
    made.add_population(ParticipantProvider, practice_store(providers), practice_bounds(ACOS))
    made.add_population(PreferredProvider, specialist_store(providers))
    return made


@pytest.mark.parametrize("kind", [ParticipantProvider, PreferredProvider])
def test_what_is_written_stands_in_the_column(model, kind):
    providers = model.agents_by_type[kind]
    providers[2].efficiency = 0.75
    providers.select(at_most=2).set("efficiency", [0.5, 0.25])
    assert providers.store["efficiency"][:3].tolist() == [0.5, 0.25, 0.75]


@pytest.mark.parametrize("kind", [ParticipantProvider, PreferredProvider])
def test_none_can_be_removed(model, kind):
    before = len(model.agents)
    with pytest.raises(TypeError, match=r"cannot be removed: (its patients align to it|practices refer)"):
        model.agents_by_type[kind][0].remove()
    with pytest.raises(TypeError, match="cannot be removed"):
        model.remove_all_agents()
    assert len(model.agents) == before


def test_none_can_be_added(model):
    with pytest.raises(TypeError, match="agents are rows"):
        ParticipantProvider.create_agents(model, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("aco_row", ACOS), ("aco_row", -2), ("efficiency", -0.1), ("effect", np.nan), ("attestation", 1.5)],
)
def test_what_no_table_holds_is_refused(model, name, value):
    practices = model.agents_by_type[ParticipantProvider]
    before = practices.get(name).tolist()
    for write in (lambda: setattr(practices[0], name, value), lambda: practices.set(name, value)):
        with pytest.raises(ValueError, match=f"{name} must be at least"):
            write()
    assert practices.get(name).tolist() == before


def test_a_practice_stays_in_its_market(model):
    with pytest.raises(AttributeError, match="market is fixed"):
        model.agents_by_type[ParticipantProvider][0].market = 1
