from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from column_toys import FIELDS, GONE, HERE, LATER, is_here, toy_store, toy_values
from hypothesis import given
from hypothesis import strategies as st

from sim.columns.fields import Field, Membership
from sim.columns.store import ColumnStore


def test_arrays_are_adopted_not_copied():
    values = toy_values()
    store = ColumnStore(FIELDS, values)
    values["wealth"][3] = 99
    assert store["wealth"] is values["wealth"]
    assert store["wealth"][3] == 99


def test_a_strided_column_of_a_table_is_adopted():
    table = np.zeros((5, 2), np.float64)
    store = ColumnStore([Field("risk", "f8", "1", "Risk.")], {"risk": table[:, 1]})
    store.write("risk", 4, 2.5)
    assert table[4].tolist() == [0, 2.5]


def test_rows_allocated_at_the_defaults():
    store = ColumnStore(FIELDS, 7)
    assert len(store) == 7
    assert store["risk"].tolist() == [1.0] * 7
    assert {name: column.dtype for name, column in store.columns.items()} == {f.name: f.dtype for f in FIELDS}


def test_all_faults_of_the_columns_come_at_once():
    values = toy_values()
    values["wealth"] = values["wealth"].astype(np.int64)
    values["risk"] = values["risk"][:-1]
    values["group"] = values["group"].reshape(4, 3)
    values["age"] = values.pop("status")
    with pytest.raises(ValueError, match="declared fields") as caught:
        ColumnStore([*FIELDS, FIELDS[0]], values, Membership(("alive",), is_here))
    message = str(caught.value)
    for part in (
        "wealth is declared twice",
        "age is not declared",
        "lengths differ: [11, 12]",
        "wealth is int64, declared int32",
        "group has 2 axes",
        "status is missing",
        "membership reads alive",
    ):
        assert part in message


def test_no_field_at_all():
    with pytest.raises(ValueError, match="no field is declared"):
        ColumnStore([], {})


@pytest.mark.parametrize("name", ["two words", "_hidden", "2nd"])
def test_a_field_is_a_public_identifier(name):
    with pytest.raises(ValueError, match="public identifier"):
        Field(name, "f8", "1", "x")


def test_a_default_must_fit():
    with pytest.raises(ValueError, match="cannot hold 300"):
        Field("age", np.uint8, "years", "Age.", default=300)


@given(st.lists(st.integers(-(2**40), 2**40), max_size=5), st.sampled_from(["i1", "u2", "i4", "i8"]))
def test_an_integer_column_takes_a_number_whole_or_not_at_all(values, dtype):
    field = Field("n", dtype, "1", "n")
    limits = np.iinfo(dtype)
    if all(limits.min <= value <= limits.max for value in values):
        assert field.fit(np.array(values, np.int64)).tolist() == values
    else:
        with pytest.raises(ValueError, match="cannot hold"):
            field.fit(np.array(values, np.int64))


@pytest.mark.parametrize(
    ("dtype", "value"), [("i4", 2.5), ("i4", np.nan), ("u1", -1), ("?", 2), ("i2", 70000)]
)
def test_a_value_that_would_be_mutilated_is_refused(dtype, value):
    with pytest.raises(ValueError, match="cannot hold"):
        Field("n", dtype, "1", "n").fit(value)


def test_a_float_column_may_round():
    assert Field("x", "f4", "1", "x").fit(0.1) == np.float32(0.1)


def test_unknown_fields_name_the_nearest():
    store = toy_store()
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        store["welth"]
    with pytest.raises(AttributeError, match="the fields are wealth, risk, group, status"):
        store.write("zzz", 0, 1)


def test_columns_cannot_be_replaced():
    with pytest.raises(TypeError):
        toy_store().columns["wealth"] = np.zeros(12)


def test_members_follow_writes_and_retirement():
    store = toy_store()
    store.write("status", np.array([2, 5]), LATER)
    assert store.rows().tolist() == [0, 1, 3, 4, 6, 7, 8, 9, 10, 11]
    store.write("status", 2, HERE)
    store.retire(np.array([0, 1]))
    assert store.rows().tolist() == [2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert store["status"][:2].tolist() == [GONE, GONE]


def test_a_kernel_that_writes_members_says_so_by_touch():
    store = toy_store()
    before, version = store.rows(), store.version
    store["status"][:10] = GONE
    assert store.rows() is before
    store.touch()
    assert store.version > version
    assert store.rows().tolist() == [10, 11]


def test_other_columns_do_not_disturb_the_list_of_members():
    store = toy_store()
    before, version = store.rows(), store.version
    store.write("wealth", slice(None), 5)
    assert store.rows() is before
    assert store.version == version


def test_a_membership_column_used_as_the_mask_is_not_written_by_the_cache():
    alive = np.ones(4, bool)
    store = ColumnStore(
        [Field("alive", "?", "1", "a")], {"alive": alive}, Membership(("alive",), lambda a: a)
    )
    assert store.rows().tolist() == [0, 1, 2, 3]
    assert not np.shares_memory(store.member_mask(), alive)


def test_membership_may_read_several_columns():
    fields = [Field("alive", "?", "1", "a", default=True), Field("month", "u1", "months", "m")]
    leave = {"alive": False}
    store = ColumnStore(fields, 4, Membership(("alive", "month"), lambda a, m: a & (m < 6), leave))
    store.write("month", 1, 7)
    store.retire(3)
    assert store.rows().tolist() == [0, 2]


def test_without_membership_all_rows_are_agents_and_none_can_leave():
    store = ColumnStore(FIELDS, 5)
    assert store.rows().tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(TypeError, match="cannot be removed"):
        store.retire(2)


def test_columns_belong_to_one_model():
    store = toy_store()
    store.attach(object(), 1)
    with pytest.raises(ValueError, match="already belong"):
        store.attach(object(), 1)


def test_taken_rows_are_copies_with_their_ids():
    store = toy_store()
    store.attach(object(), 100)
    taken = store.take(np.array([7, 2]))
    taken.write("wealth", 0, 55)
    assert taken.ids(taken.rows()).tolist() == [107, 102]
    assert taken.id_of(1) == 102
    assert taken.owner is None
    assert store["wealth"][7] != 55
    again = taken.take(np.array([1]))
    assert again.ids(np.array([0])).tolist() == [102]


def test_describe_names_bytes_unit_and_meaning():
    store = toy_store()
    described = store.describe()
    assert [use.field for use in described] == [field.name for field in FIELDS]
    assert described[0] == ("wealth", "int32", 48, "USD", "Money in hand.", "toy")
    assert sum(use.bytes for use in described) == store.nbytes == 12 * (4 + 8 + 2 + 1)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda store: pickle.loads(pickle.dumps(store))])  # noqa: S301
def test_a_duplicate_shares_nothing(duplicate):
    store = toy_store()
    store.retire(3)
    twin = duplicate(store)
    twin.retire(4)
    assert 3 not in twin.rows()
    assert 4 in store.rows()
    assert not np.shares_memory(twin["wealth"], store["wealth"])
