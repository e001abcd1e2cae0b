"""The three kinds of world that one contract is asked of."""

from __future__ import annotations

import pytest
from column_toys import column_world, mixed_world, plain_world

WORLDS = {"mesa": plain_world, "columns": column_world, "mixed": mixed_world}


@pytest.fixture(params=WORLDS)
def make(request):
    return WORLDS[request.param]


@pytest.fixture
def model(make):
    return make()


@pytest.fixture
def people(model):
    return model.agents.select()
