"""Where tests find the public CMS and SSA files that a user downloads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from longest_first import dealt

# The same examples each time, however busy the machine.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

REPOSITORY = Path(__file__).resolve().parent.parent


def _seconds(item: pytest.Item) -> float:
    mark = item.get_closest_marker("long")
    return float(mark.args[0]) if mark else 0.0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process begin with long tests."""
    items[:] = dealt(items, _seconds, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _data_folder() -> Path | None:
    given = os.environ.get("LEADSIM_DATA")
    places = [Path(given)] if given else [REPOSITORY.parent / "shared" / "data"]
    return next((place for place in places if place.is_dir()), None)


@pytest.fixture(scope="session")
def cms_file():
    """Return a function that finds a public file: ``cms_file("mssp/x.csv.gz", "CMS, MSSP results, PY2022")``.

    The second argument says which file to fetch, and from whom. Where the file is absent the test skips and
    says so; with LEADSIM_REQUIRE_DATA=1 it fails instead.
    """

    def find(relative: str, what: str) -> Path:
        folder = _data_folder()
        path = folder / relative if folder else None
        if path is not None and path.is_file():
            return path
        message = f"needs the public file {what}: save it as {relative} in the folder that LEADSIM_DATA names"
        if os.environ.get("LEADSIM_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)

    return find
