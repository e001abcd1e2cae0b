"""What may be written of a beneficiary: nothing that a compiled loop would look up outside its tables."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.beneficiary import FIELDS, Beneficiary, beneficiary_store, bounds
from sim.columns.column_model import ColumnModel
from sim.kernels.codes import Status
from sim.kernels.layout import COLUMN_TYPES, FIXED_COLUMNS, make_people

PRACTICES, MARKETS = 7, 2


@pytest.fixture
def people():
    columns = make_people(4)
    columns.status[:3] = Status.ENROLLED
    model = ColumnModel(seed=1)
    model.add_population(Beneficiary, beneficiary_store(columns), bounds(PRACTICES, MARKETS))
    return model.agents_by_type[Beneficiary]


def test_every_column_is_a_field():
    assert [(field.name, field.dtype) for field in FIELDS] == [
        (name, np.dtype(dtype)) for name, dtype in COLUMN_TYPES.items()
    ]


@pytest.mark.parametrize("name", FIXED_COLUMNS)
def test_what_arms_share_cannot_be_written_in_one_of_them(people, name):
    with pytest.raises(AttributeError, match=f"{name} is fixed"):
        people.set(name, 1)


@pytest.mark.parametrize(
    "name", [name for name, dtype in COLUMN_TYPES.items() if dtype is np.int32 and name != "spend"]
)
@pytest.mark.parametrize("value", [-2, PRACTICES, 10**6])
def test_no_practice_outside_the_tables_can_be_written(people, name, value):
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        people[0].__setattr__(name, value)
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        people.set(name, value)
    people.set(name, PRACTICES - 1)
    assert people.agg(name, max) == PRACTICES - 1


@pytest.mark.parametrize(("name", "value"), [("cell", 6), ("status", 4), ("months", 13), ("high_needs", 2)])
def test_no_code_that_has_no_meaning_can_be_written(people, name, value):
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        people.set(name, value)


def test_a_year_is_not_for_one_person(people):
    with pytest.raises(TypeError, match="live_year acts on everybody at once"):
        people[0].live_year(2027)
    with pytest.raises(TypeError, match="live_year acts on everybody at once"):
        people.select().do("live_year", 2027)


def test_who_is_removed_is_dead(people):
    first = people[0]
    first.remove()
    assert (first.status, len(people)) == (Status.DEAD, 2)
