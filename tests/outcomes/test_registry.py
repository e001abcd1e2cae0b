"""The registry of result variables: declared once, in order, and the page made from it current."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.outcomes.registry import BY_NAME, VARIABLES, outcomes_page
from sim.outcomes.variable import DIMS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "outcomes.md"


def test_declarations_are_whole() -> None:
    assert len(BY_NAME) == len(VARIABLES)
    for variable in VARIABLES:
        assert variable.name.isidentifier()
        assert variable.name == variable.name.lower()
        assert list(variable.all_dims) == sorted(variable.all_dims, key=DIMS.index)
        assert variable.long_name
        assert variable.description.endswith(".")
        if variable.dtype == "money":
            assert variable.units == "USD"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == outcomes_page(), "leadsim outcomes > docs/outcomes.md"


def test_money_is_kept_to_the_cent() -> None:
    money = BY_NAME["settlement"]
    assert money.encode(np.array([0.29, -1234.565001, np.nan])).tolist() == [29, -123457, money.fill_value]
    cents = np.array([10**15 + 1, -7], np.int64)
    assert money.encode(cents) is cents
    read = cents * 0.01
    assert np.rint(read * 100).astype(np.int64).tolist() == cents.tolist()


def test_flags_keep_yes_no_and_absent_apart() -> None:
    flag = BY_NAME["higher_spending"]
    assert flag.encode(np.array([True, False])).tolist() == [1, 0]
    assert flag.encode(np.array([1.0, 0.0, np.nan])).tolist() == [1, 0, -1]


def test_numbers_are_float64() -> None:
    number = BY_NAME["person_months"]
    assert number.encode(np.array([3], np.int32)).dtype == np.float64
    assert number.encode(np.array([0.5], np.float32)).dtype == np.float64


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_unwritten_is_marked_for_readers(variable: object) -> None:
    if variable.dtype == "number":
        assert np.isnan(variable.fill_value)
    else:
        assert variable.attributes["_FillValue"] == variable.fill_value
