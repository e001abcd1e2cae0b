"""What results say of themselves: ``data.lead.summary()`` and its like, on any Dataset of a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

# By the name of their figure in :class:`sim.outcomes.summary.Spread`.
_STATISTICS = {
    "mean": "mean",
    "mean_error": "mean_error",
    "p10": "low",
    "median": "median",
    "p90": "high",
    "median_error": "error",
}


@xr.register_dataset_accessor("lead")  # type: ignore[no-untyped-call]
class LeadAccessor:
    """Summaries, errors, contrasts and figures of results; there once :mod:`sim` has opened or made any.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it, or a part of it that keeps the dims ``arm`` and ``replicate``.
        Incomplete replicates are left out.
    """

    def __init__(self, data: xr.Dataset) -> None:
        self._data = data

    def summary(self, *names: str) -> xr.Dataset:
        """Return totals over everything but arms and replicates, summed up over replicates.

        Parameters
        ----------
        *names : str
            Result variables; by default savings against the benchmark, true savings, net payment to ACOs and
            net cost to Medicare.

        Returns
        -------
        Dataset
            Dims ``arm, statistic``: mean, median, 10th and 90th percentile, and Monte Carlo standard errors
            of mean and median. Units are the variables'. NaN where an arm has none.

        Raises
        ------
        InputError
            When there is no such variable.
        """
        from sim.outcomes.summary import spread_of  # noqa: PLC0415

        found = {}
        for name, total in self._totals(names).items():
            spreads = [spread_of(row) for row in total.transpose("arm", "replicate").values]
            rows = [[getattr(one, own, np.nan) for own in _STATISTICS.values()] for one in spreads]
            found[name] = (("arm", "statistic"), np.array(rows), total.attrs)
        labels = {"arm": self._data["arm"].values, "statistic": list(_STATISTICS)}
        return xr.Dataset(found, labels)

    def mcse(self, name: str, probability: float | None = None) -> xr.DataArray:
        """Return the Monte Carlo standard error of a variable's mean over replicates.

        Parameters
        ----------
        name : str
            Result variable.
        probability : float, optional
            Of this quantile instead of the mean.

        Returns
        -------
        DataArray
            Dims and units of the variable, without ``replicate``; NaN with fewer than two replicates.
        """
        from sim.outcomes.error import mean_error, quantile_error  # noqa: PLC0415

        values = self._known(name)[name]

        def error(column: Floats) -> float:
            return mean_error(column) if probability is None else quantile_error(column, probability)

        made: xr.DataArray = xr.apply_ufunc(
            error, values, input_core_dims=[["replicate"]], vectorize=True, output_dtypes=[np.float64]
        )
        return made.assign_attrs(
            {
                **values.attrs,
                "long_name": f"Monte Carlo standard error, {values.attrs.get('long_name', name)}",
            }
        )

    def contrast(self, arm: str, reference: str, *names: str) -> xr.Dataset:
        """Return totals of one arm less those of another, paired by replicate.

        Parameters
        ----------
        arm, reference : str
        *names : str
            As for :meth:`summary`.

        Returns
        -------
        Dataset
            Dim ``statistic``: mean, its Monte Carlo standard error, median, 10th and 90th percentile of the
            differences, and ``gain``, how many times smaller common draws make their variance (no unit). NaN
            where one of the arms has none.

        Raises
        ------
        InputError
            When there is no such arm or variable.
        """
        from sim.inputs.faults import InputError, wrong_choice  # noqa: PLC0415
        from sim.outcomes.summary import contrast  # noqa: PLC0415

        known = [str(one) for one in self._data["arm"].values]
        faults = [wrong_choice("contrast", "arm", one, known) for one in (arm, reference) if one not in known]
        if faults:
            raise InputError(faults)
        statistics = {"mean": "mean", "mean_error": "error", "median": "median", "p10": "low", "p90": "high"}
        found = {}
        for name, total in self._totals(names).items():
            pair = total.sel(arm=[arm, reference])
            row = np.full(len(statistics) + 1, np.nan)
            if bool(pair.notnull().all("arm").any()):
                compared = contrast(total, arm, reference)
                row = np.array([*(getattr(compared, own) for own in statistics.values()), compared.gain])
            found[name] = (("statistic",), row, total.attrs)
        return xr.Dataset(found, {"statistic": [*statistics, "gain"]})

    def fan(self, metric: str = "gross_savings", arm: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw a yearly sum of money over all ACOs, see :func:`sim.charts.savings_fan`."""
        from sim.charts import savings_fan  # noqa: PLC0415

        return savings_fan(self._data, arm, metric, ax=ax)

    def bridge(self, arm: str, *, aco: str | None = None, year: int | None = None) -> xr.Dataset:
        """Return what each rule makes of an arm's true savings, until its ACOs' cash.

        Parameters
        ----------
        arm : str
        aco, year : str and int, optional
            Only of this ACO or performance year.

        Returns
        -------
        Dataset
            Dim ``step``: ``usd``, ``per_person_year`` and ``percent`` of the benchmark, means over
            replicates, each with its Monte Carlo standard error, and ``level``, whether a step is the sum of
            those before. See :func:`sim.outcomes.bridge.arm_bridge`.

        Raises
        ------
        InputError
            When there is no such arm, ACO or year.
        """
        from sim.inputs.faults import InputError, wrong_choice  # noqa: PLC0415
        from sim.outcomes.bridge import arm_bridge  # noqa: PLC0415
        from sim.outcomes.summary import complete  # noqa: PLC0415

        chosen = complete(self._data)
        for dim, value in (("arm", arm), ("aco", aco), ("year", year)):
            known = chosen[dim].values.tolist()
            if value is not None and value not in known:
                raise InputError(wrong_choice("bridge", dim, str(value), list(map(str, known))))
            if value is not None:
                chosen = chosen.isel({dim: [known.index(value)]})
        lines = arm_bridge(chosen, arm).lines
        units = {"usd": "USD", "per_person_year": "USD year-1", "percent": "percent"}
        found = {
            f"{name}{end}": ("step", [getattr(line, f"{name}{end}") for line in lines], {"units": unit})
            for name, unit in units.items()
            for end in ("", "_error")
        }
        level = ("step", [line.level for line in lines])
        return xr.Dataset({**found, "level": level}, {"step": [line.label for line in lines]})

    def _known(self, name: str) -> xr.Dataset:
        """Return the complete replicates, which have the variable."""
        from sim.inputs.faults import InputError, wrong_choice  # noqa: PLC0415
        from sim.outcomes.summary import complete  # noqa: PLC0415

        if name not in self._data:
            raise InputError(
                wrong_choice("results", "variable", name, sorted(map(str, self._data.data_vars)))
            )
        return complete(self._data)

    def _totals(self, names: Iterable[str]) -> dict[str, xr.DataArray]:
        """Return variables summed over all dims but arm and replicate, NaN where a replicate has nothing."""
        from sim.outcomes.summary import FIGURES, complete, total_of  # noqa: PLC0415

        if names:
            return {
                name: total_of(self._known(name), name).assign_attrs(self._data[name].attrs) for name in names
            }
        whole = complete(self._data)
        return {
            name: figure(whole).assign_attrs(units="USD", long_name=label)
            for name, (label, figure) in FIGURES.items()
        }
