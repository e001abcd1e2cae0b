"""From true savings to the ACO's cash, one named step after another, each stored to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the bridge, or a level it has reached.

    Attributes
    ----------
    label : str
    plus, minus : tuple of str
        Result variables that it adds and takes off.
    level : bool
        Whether it is the sum of all steps before.
    """

    label: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    level: bool = False


STEPS = (
    Step("True savings", ("true_savings",)),
    Step("Prices of risk and trend", ("bridge_prices",)),
    Step("Regional or prior savings adjustment", ("bridge_adjustment",)),
    Step("Rate book", ("bridge_rate_book",)),
    Step("Caps on risk scores", ("bridge_caps",)),
    Step("Discount", ("bridge_discount",)),
    Step("Quality", ("bridge_quality",)),
    Step("Savings against benchmark", ("gross_savings",), level=True),
    Step("Corridors", ("shared_savings",), ("gross_savings",)),
    Step("Sequestration", (), ("sequestration",)),
    Step("Administrative add-on", ("admin_add_on",)),
    Step("Running cost", (), ("care_management_cost",)),
    Step("Distributions to practices", (), ("distributions",)),
    Step("Change in ACO cash", ("aco_cash_change",), level=True),
)


def bridge(data: xr.Dataset) -> xr.DataArray:
    """Return the steps of the bridge in dollars, added over the years in which an ACO is settled.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs or years first for only those.

    Returns
    -------
    DataArray
        Dims ``step, arm, replicate, aco``; steps up to a level add up to it. NaN where an ACO was never
        settled.
    """
    settled = data["gross_savings"].notnull()

    def summed(name: str) -> xr.DataArray:
        values = data[name].sum("cell") if "cell" in data[name].dims else data[name]
        return values.where(settled).sum("year", min_count=1)

    rows = [
        sum((summed(name) for name in step.plus), xr.zeros_like(summed("gross_savings")))
        - sum((summed(name) for name in step.minus), xr.zeros_like(summed("gross_savings")))
        for step in STEPS
    ]
    return xr.concat(rows, "step").assign_coords(step=[step.label for step in STEPS])
