"""Reading a result store: a labelled dataset in which incomplete replicates are no numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from sim.experiments.damage import DIGESTS, damaged
from sim.experiments.store import arrays_of, sound, store_attributes
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
        Dims ``arm, replicate, aco, cell, year``, before them ``design`` where the scenario is a sweep, with
        the values of its points as coordinates; money in dollars. Replicates that are not complete are NaN
        in every variable, whatever is on disk. Variables are read from disk when used, and only the part
        that is used; what cannot be read then is an InputError. The coordinate ``done`` says which replicates
        are complete, the attributes ``replicates_complete`` and ``replicates_requested`` how many.

    Raises
    ------
    InputError
        When there is no result store at `path`, or it is damaged.
    """
    path = Path(path)
    from sim.experiments.sweep_store import open_sweep, sweep_attributes  # noqa: PLC0415  it opens stores too

    return open_sweep(path) if sweep_attributes(path) is not None else open_store(path)


def open_store(path: Path) -> xr.Dataset:
    """Open the results of one scenario, as :func:`open_results` does."""
    checked(path, whole=False)
    with sound(path):
        data = _aligned(path)
    done = data["done"].astype(bool)
    complete = int(done.sum())
    data = data.drop_vars("done")
    written = [name for name in data.data_vars if "replicate" in data[name].dims]
    data = data.assign(
        {name: _Complete.of(data[name].variable, done.values, path / str(name)) for name in written}
    )
    data = data.assign_coords(done=done)
    data.attrs |= {"replicates_complete": complete, "replicates_requested": int(done.size)}
    return data


class _Complete(BackendArray):
    """Values of a variable read when used, no numbers where their replicate is not complete.

    Raises
    ------
    InputError
        On reading, where the store is damaged.
    """

    def __init__(self, stored: xr.Variable, done: NDArray[np.bool_], path: Path) -> None:
        self._stored, self._done, self._path = stored, done, path
        self.shape = stored.shape
        self.dtype = np.result_type(stored.dtype, np.float32)

    @classmethod
    def of(cls, stored: xr.Variable, done: NDArray[np.bool_], path: Path) -> xr.Variable:
        """Return a variable that reads through such an array."""
        return lazy(cls(stored, done, path), stored.dims, stored.attrs, stored.encoding)

    def __getitem__(self, key: Any) -> Any:
        support = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._read)

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        where = dict(zip(self._stored.dims, key, strict=True))
        values = self._stored.isel(where)
        try:
            read = np.asarray(values.values, self.dtype)
        except (OSError, ValueError, RuntimeError) as error:
            allowed = (
                "leadsim verify names its files, and leadsim run SCENARIO --out STORE computes them anew"
            )
            raise InputError(Fault(str(self._path), "", f"is damaged ({error})", allowed)) from error
        complete = self._done[where["replicate"]]
        if not complete.all():
            along = values.dims.index("replicate") if "replicate" in values.dims else 0
            read = read.copy()
            read[(slice(None),) * along + (~complete,)] = np.nan
        return read


def lazy(array: BackendArray, dims: Any, attributes: Any, encoding: Any = None) -> xr.Variable:
    """Return a variable that is read when used; protected and kept once read, as what xarray opens itself."""
    inner: Any = indexing.LazilyIndexedArray(array)
    kept = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(inner))  # type: ignore[no-untyped-call]
    return xr.Variable(dims, kept, attributes, encoding, fastpath=True)


def checked(path: Path, *, whole: bool) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    """Return the attributes (with ``sizes``, of all dims) and flags of a sound store, without its results.

    Raises
    ------
    InputError
        With a fault for each damaged file: its size, or with `whole` its content, is not what was written.
    """
    attributes = store_attributes(path)
    if attributes is None:
        raise InputError(Fault(str(path), "", "does not exist", "must be a store written by leadsim run"))
    with sound(path):
        arrays = arrays_of(zarr.open_group(path, mode="r", use_consolidated=False))
        files = [file for _, file in damaged(path, arrays, whole=whole)]
        sizes: dict[str, int] = {}
        for name, array in arrays.items():
            if name != DIGESTS:
                sizes |= dict(zip(array.metadata.dimension_names, array.shape, strict=True))
        flags: NDArray[np.bool_] = np.asarray(arrays["done"][:]) == 1
    if files:
        allowed = "leadsim run SCENARIO --out STORE computes it anew"
        raise InputError(
            [Fault(str(file), "", "is damaged: not as it was written", allowed) for file in files]
        )
    sizes["replicate"] = flags.size
    return attributes | {"sizes": sizes}, flags


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
            drop_variables=[DIGESTS, *(name for name in lengths if lengths[name] != length)],
        ).isel(replicate=slice(shortest))
        for length in np.unique(list(lengths.values()))
    ]
    if len(parts) == 1:
        return parts[0]
    merged: xr.Dataset = xr.merge(parts, join="override", compat="override", combine_attrs="override")
    return merged
