"""CARA portfolio: what episode arrangements pay and collect, specialty by specialty."""

from __future__ import annotations

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.charts.intervals import fit_height
from sim.charts.labels import key_below
from sim.charts.quantities import MILLION, acting_arms
from sim.charts.style import MUTED, arm_names, mark_zero, new_axes, plain_numbers, styled
from sim.inputs.evidence import load_evidence
from sim.inputs.faults import Fault, InputError
from sim.outcomes.error import mean_error
from sim.outcomes.summary import complete

_PAID, _COLLECTED, _HATCH = "#fdd0a2", "#9ecae1", "////"
_BAR = 0.62


def has_portfolio(data: xr.Dataset, arm: str) -> bool:
    """Return whether any episode of an arm is reconciled under CARA."""
    return "cara_episodes" in data and bool((data["cara_episodes"].sel(arm=arm) > 0).any())


@styled
def cara_portfolio(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw by specialty what contracts pay specialists and collect from them, all ACOs and years together.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs first to draw only those.
    arm : str, optional
        The arm to draw; by default the first with arrangements.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Means over replicates, $ million: what is collected right, what is paid left of zero, the difference a
        marker with its Monte Carlo error; beside the name how many episodes a year.

    Raises
    ------
    InputError
        When there is no such arm, none with arrangements, or no complete replicate.
    """
    arms = acting_arms(data, arm)
    shown = next((one for one in arms if has_portfolio(complete(data), one)), None)
    if shown is None:
        allowed = "needs episodes reconciled under CARA (leadsim explain arms.cara)"
        raise InputError(Fault("chart", "arm", f"{', '.join(arms)}: no episodes", allowed))
    own = complete(data).sel(arm=shown)
    evidence = load_evidence()
    lead = dict(zip(evidence.words("episodes.names"), evidence.words("episodes.specialty"), strict=True))
    by_specialty = xr.DataArray(
        [lead.get(str(one), "other") for one in own["episode"].values], dims="episode"
    )

    def summed(name: str) -> xr.DataArray:
        total: xr.DataArray = own[name].fillna(0.0).sum(["aco", "year"])
        return total.groupby(by_specialty.rename("specialty")).sum().transpose("replicate", "specialty")

    paid, collected, episodes = (summed(f"cara_{name}") for name in ("paid", "collected", "episodes"))
    kept = [one for one in episodes["specialty"].values.tolist() if float(episodes.sel(specialty=one).sum())]
    net = (collected - paid) / MILLION
    order = sorted(kept, key=lambda one: float(net.sel(specialty=one).mean()))
    axes = new_axes() if ax is None else ax
    several = own.sizes["replicate"] > 1
    for place, one in enumerate(order):
        out, back = (float(of.sel(specialty=one).mean()) / MILLION for of in (paid, collected))
        axes.barh(place, -out, _BAR, color=_PAID, hatch=_HATCH, edgecolor=MUTED, linewidth=0.6)
        axes.barh(place, back, _BAR, color=_COLLECTED, edgecolor=MUTED, linewidth=0.6)
        values = net.sel(specialty=one).values
        if several:
            error = mean_error(values)
            axes.errorbar(
                values.mean(),
                place,
                xerr=error,
                fmt="none",
                ecolor="black",
                elinewidth=1.1,
                capsize=3,
                zorder=4,
            )
        axes.plot(values.mean(), place, "D", color="black", markeredgecolor="white", markersize=6, zorder=5)
    years = own.sizes["year"]
    labels = [
        f"{one.replace('_', ' ')}\n{float(episodes.sel(specialty=one).mean()) / years:,.0f} episodes a year"
        for one in order
    ]
    axes.set_yticks(range(len(order)), labels)
    fit_height(axes, 2 * len(order))
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_formatter(plain_numbers)
    mark_zero(axes, x=True)
    first, last = data["year"].values[[0, -1]]
    span = f"PY{first}\N{EN DASH}PY{last}"
    axes.set_xlabel(rf"\$ million, {span}, mean over replicates (left: paid by the ACO)")
    axes.set_title(f"{arm_names(data)[shown]}: CARA by specialty")
    entries: dict[str, Artist] = {
        "Paid to specialists": Patch(facecolor=_PAID, hatch=_HATCH, edgecolor=MUTED),
        "Collected from specialists": Patch(facecolor=_COLLECTED, edgecolor=MUTED),
        "Difference": Line2D([], [], color="black", marker="D", linestyle="none"),
    }
    if several:
        entries["\N{PLUS-MINUS SIGN} Monte Carlo standard error"] = Line2D([], [], color="black", marker="|")
    key_below(axes, entries, columns=2)
    return axes
