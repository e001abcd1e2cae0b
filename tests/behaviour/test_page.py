"""The page on behaviours says what each is given."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from sim.behaviour.book import BEHAVIOURS

PAGE = Path(__file__).parents[2] / "docs" / "behaviours.md"


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_page_lists_the_state_that_a_behaviour_is_given(name):
    row = next(line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{name}` |"))
    _, decide = BEHAVIOURS[name]
    asked = [
        one.name for one in inspect.signature(decide).parameters.values() if one.kind is one.KEYWORD_ONLY
    ]
    assert re.findall(r"`(\w+)`", row.rsplit("|", 2)[1]) == asked
