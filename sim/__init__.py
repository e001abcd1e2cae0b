"""leadsim: an open simulator of a decade (2027-2036) of participation in CMS's LEAD Model."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiments.results import open_results
    from sim.experiments.runner import run
    from sim.model import LeadModel
    from sim.scenarios import Scenario

__version__ = version("leadsim")
__all__ = ["LeadModel", "Scenario", "__version__", "open_results", "run"]

# Each name loads its module when first used: `import sim` costs nothing, `leadsim --help` next to nothing.
_HOMES = {
    "LeadModel": "sim.model",
    "Scenario": "sim.scenarios",
    "open_results": "sim.experiments.results",
    "run": "sim.experiments.runner",
}
# Results have ``.lead`` from then on.
_MAKE_RESULTS = ("open_results", "run")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _MAKE_RESULTS:
        import_module("sim.accessor")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
