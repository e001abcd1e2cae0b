"""Named tuples that a kernel puts together place by place have every field where its name says."""

from __future__ import annotations

import numpy as np

from sim.kernels.following import NOBODY, Followers, practices_of, with_columns
from sim.kernels.layout import COLUMN_TYPES, People, Practices
from sim.kernels.tally import Tally, zeros
from sim.population.shared_lives import OWN_COLUMNS


def by_python(stage):
    """Return a stage as it is written, not compiled."""
    return getattr(stage, "py_func", stage)


def test_practices_from_a_table_have_its_rows_in_the_order_of_fields():
    fields, n_practices = len(Practices._fields), 3
    table = np.arange((fields - 1) * n_practices, dtype=np.float64).reshape(fields - 1, n_practices)
    answers = np.full((n_practices, 1, 1, 3), -1.0)
    wanted = Practices(*table, answers)
    found = by_python(practices_of)(table, answers)
    assert Practices._fields[-1] == "answers"
    for name in Practices._fields:
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


def test_people_of_an_arm_that_follows_have_their_own_columns_and_share_the_others():
    shared = People(**{name: np.array([place]) for place, name in enumerate(People._fields)})
    arms = {name: np.array([[-1], [100 + place]]) for place, name in enumerate(OWN_COLUMNS)}
    found = by_python(with_columns)(shared, 1, NOBODY._replace(**arms))
    for name in People._fields:
        wanted = arms[name][1] if name in arms else getattr(shared, name)
        assert getattr(found, name) == wanted, name


def test_nobody_has_arrays_of_the_types_and_dimensions_of_followers():
    sums = zeros(1, 1)._asdict()
    wanted = {"arm": (np.int64, 1), "practices": (np.float64, 3), "answers": (np.float64, 5)}
    wanted["wanted"] = (np.int64, 3)
    wanted |= {name: (np.int64, sums[name].ndim + 1) for name in Tally._fields}
    wanted |= {name: (COLUMN_TYPES[name], 2) for name in OWN_COLUMNS}
    wanted |= dict.fromkeys(("lives", "apart"), (np.uint8, 2))
    wanted |= dict.fromkeys(("apart_in_any", "touched", "differs"), (np.uint8, 1))
    assert set(wanted) == set(Followers._fields)
    assert {name: (one.dtype, one.ndim) for name, one in NOBODY._asdict().items()} == wanted
