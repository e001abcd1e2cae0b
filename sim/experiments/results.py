"""Reading a result store: a labelled dataset in which incomplete replicates are no numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr

from sim.experiments.store import store_attributes
from sim.inputs.faults import Fault, InputError


def open_results(path: str | Path) -> xr.Dataset:
    """Open the results of a run, finished or not.

    Parameters
    ----------
    path : str or Path
        A store written by ``leadsim run`` or :func:`sim.run`.

    Returns
    -------
    Dataset
        Dims ``arm, replicate, aco, cell, year``; money in dollars. Replicates that are not complete are NaN
        in every variable, whatever is on disk. Variables are read from disk when used (at once, while some
        replicates are incomplete). The coordinate ``done`` says which replicates are complete, the attributes
        ``replicates_complete`` and ``replicates_requested`` how many.

    Raises
    ------
    InputError
        When there is no result store at `path`.
    """
    path = Path(path)
    if store_attributes(path) is None:
        raise InputError(Fault(str(path), "", "does not exist", "must be a store written by leadsim run"))
    data = _aligned(path)
    done = data["done"].astype(bool)
    complete = int(done.sum())
    data = data.drop_vars("done")
    if complete < done.size:
        written = [name for name in data.data_vars if "replicate" in data[name].dims]
        data = data.assign({name: data[name].where(done) for name in written})
    data = data.assign_coords(done=done)
    data.attrs |= {"replicates_complete": complete, "replicates_requested": int(done.size)}
    return data


def _aligned(path: Path) -> xr.Dataset:
    """Open all arrays along the replicates they share: an interrupted enlargement leaves unequal lengths."""
    arrays: dict[str, Any] = dict(zarr.open_group(path, mode="r", use_consolidated=False).arrays())
    dims = {name: array.metadata.dimension_names for name, array in arrays.items()}
    lengths = {
        name: int(array.shape[dims[name].index("replicate")])
        for name, array in arrays.items()
        if "replicate" in dims[name]
    }
    shortest = min(lengths.values())
    parts: list[xr.Dataset] = [
        xr.open_zarr(
            path,
            consolidated=False,
            chunks=None,
            drop_variables=[name for name in lengths if lengths[name] != length],
        ).isel(replicate=slice(shortest))
        for length in np.unique(list(lengths.values()))
    ]
    if len(parts) == 1:
        return parts[0]
    merged: xr.Dataset = xr.merge(parts, join="override", compat="override", combine_attrs="override")
    return merged
