"""Results in other formats: netCDF for labelled arrays, Parquet or one CSV file for a long table."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.inputs.faults import Fault, InputError, wrong_choice

_ROWS_AT_A_TIME = 2**18
_INSTALL = "pip install 'leadsim[export]'"
# What stands in a long table: one row for each value that there is.
_HEAD = ("variable", "units")


def export_results(data: xr.Dataset, out: Path, variables: Sequence[str] = ()) -> int:
    """Write the complete replicates of results to a file, in one step.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; read a part at a time.
    out : Path
        ``.nc``, ``.parquet`` or ``.csv``.
    variables : sequence of str
        Which; all otherwise.

    Returns
    -------
    int
        Rows written, values where the file is netCDF.

    Raises
    ------
    InputError
        When the ending is unknown, a variable is not in the results, no replicate is complete, or a library
        is not installed.
    """
    writers: dict[str, Callable[[xr.Dataset, Path], int]] = {
        ".nc": _netcdf,
        ".parquet": _parquet,
        ".csv": _csv,
    }
    faults = [wrong_choice("--variable", "", name, map(str, data)) for name in variables if name not in data]
    if out.suffix not in writers:
        faults.append(wrong_choice("--out", "", out.suffix or str(out), writers))
    if not data["done"].any():
        faults.append(Fault("export", "", "no replicate is complete", "run the scenario first"))
    if faults:
        raise InputError(faults)
    chosen = data[list(variables)] if variables else data
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        count = writers[out.suffix](chosen.isel(replicate=data["done"].values), partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _netcdf(data: xr.Dataset, out: Path) -> int:
    engine = next((name for name in ("netCDF4", "h5netcdf") if find_spec(name)), None)
    if engine is None:
        raise InputError(Fault("--out", "", "netCDF needs netCDF4 or h5netcdf", _INSTALL))
    told = {}
    for name, value in data.attrs.items():
        # A list of texts is one text, a line each; an absent one is none.
        told[name] = "\n".join(map(str, value)) if isinstance(value, list) else value
    plain = data.assign_coords(
        {
            name: (label.dims, label.values.astype(object if label.dtype.kind == "T" else "int8"))
            for name, label in data.coords.items()
            if label.dtype.kind in "Tb"
        }
    ).assign_attrs(told)
    packed: dict[Any, dict[str, Any]] = {}
    for name in data.data_vars:
        packed[name] = {"zlib": True, "complevel": 1}
        if _is_money(data, name):
            cents = {"dtype": "int64", "scale_factor": 0.01, "_FillValue": np.iinfo(np.int64).min}
            packed[name] |= cents
    plain.to_netcdf(out, engine="h5netcdf" if engine == "h5netcdf" else "netcdf4", encoding=packed)
    return sum(variable.size for variable in data.data_vars.values())


def _is_money(data: xr.Dataset, name: Any) -> bool:
    return bool(data[name].attrs.get("units") == "USD")


def _dims(data: xr.Dataset) -> list[str]:
    """Return the dims that label rows, in the order of the results."""
    named: dict[str, None] = {}
    for variable in data.data_vars.values():
        named |= dict.fromkeys(map(str, variable.dims))
    return list(named)


def long_table(data: xr.Dataset) -> Iterator[pd.DataFrame]:
    """Yield parts of a table: variable, units, a column for each dim, value; no row where there is none."""
    dims = _dims(data)
    for name, variable in data.data_vars.items():
        each = max(1, variable.size // max(1, variable.sizes["replicate"]))
        step = max(1, _ROWS_AT_A_TIME // each)
        for start in range(0, variable.sizes["replicate"], step):
            part = variable.isel(replicate=slice(start, start + step)).transpose("replicate", ...)
            values = part.values.astype(np.float64).ravel()
            if _is_money(data, name):
                values = values.round(2)
            places = np.unravel_index(np.flatnonzero(~np.isnan(values)), part.shape)
            columns: dict[str, Any] = {"variable": str(name), "units": variable.attrs.get("units", "")}
            for dim in dims:
                text = data[dim].dtype.kind in "OTU"
                labels = data[dim].values.astype(object) if text else data[dim].values
                if dim in part.dims:
                    columns[dim] = labels[places[part.dims.index(dim)]]
                else:
                    columns[dim] = None if text else pd.NA
            columns["value"] = values[~np.isnan(values)]
            frame = pd.DataFrame(columns, index=range(columns["value"].size))
            yield frame.astype({dim: "Int64" for dim in dims if data[dim].dtype.kind in "iu"})


def _csv(data: xr.Dataset, out: Path) -> int:
    rows = 0
    with out.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerow([*_HEAD, *_dims(data), "value"])
        for part in long_table(data):
            part.to_csv(opened, header=False, index=False, lineterminator="\n")
            rows += len(part)
    return rows


def _parquet(data: xr.Dataset, out: Path) -> int:
    if not find_spec("pyarrow"):
        raise InputError(Fault("--out", "", "Parquet needs pyarrow", _INSTALL))
    import pyarrow as pa  # noqa: PLC0415  only for whoever asks for it
    import pyarrow.parquet as pq  # noqa: PLC0415

    dims = _dims(data)
    whole = {dim for dim in dims if data[dim].dtype.kind in "iu"}
    types = [(dim, pa.int64() if dim in whole else pa.string()) for dim in dims]
    schema = pa.schema([*((name, pa.string()) for name in _HEAD), *types, ("value", pa.float64())])
    rows = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for part in long_table(data):
            writer.write_table(pa.Table.from_pandas(part, schema, preserve_index=False))
            rows += len(part)
    return rows
