from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fake_model
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import xarray as xr

from sim.experiments.runner import run
from sim.scenarios import Scenario


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    with mpl.rc_context({"backend": "Agg"}):
        yield
    plt.close("all")


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    path: Path = tmp_path_factory.mktemp("charts") / "quick.zarr"
    scenario = Scenario.from_toml(fake_model.QUICK).replace(
        {"arms.lead_global.description": "LEAD, Global risk option"}
    )
    done = run(scenario, 9, path, threads=1, simulate=fake_model.simulate, coordinates=fake_model.coordinates)
    return done.open().load()
