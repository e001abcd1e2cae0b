"""The store of a sweep: a folder with what varies along its points, and a result store for each of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from sim.experiments.damage import DIGESTS, flags_of, read_packed
from sim.experiments.design import Design
from sim.experiments.documents import NAME, SWEEP_CONVENTIONS
from sim.experiments.metadata import ArrayLayout, Metadata, array_layout, examine, read_document
from sim.experiments.plan import MOST_REPLICATES
from sim.experiments.provenance import provenance
from sim.experiments.results import Complete, lazy, open_store
from sim.inputs.faults import Fault, InputError
from sim.inputs.scenario_sweep import MOST_POINTS

_KEYS = "keys"


def point_path(path: Path, number: int) -> Path:
    """Return the store of a point."""
    return path / "points" / f"{number:06d}"


def sweep_attributes(path: Path) -> dict[str, Any] | None:
    """Return the attributes of the sweep at `path`, None where there is none."""
    try:
        attributes = read_document(path / NAME).get("attributes")
    except (ValueError, OSError):
        return None
    stated = attributes if isinstance(attributes, dict) else {}
    return stated if stated.get("Conventions") == SWEEP_CONVENTIONS else None


def lay_out_sweep(path: Path, design: Design) -> None:
    """Write what varies along the points of a new sweep, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent))
    beside.chmod(0o755)
    try:
        stated = provenance(design.scenario, {}) | {
            "Conventions": SWEEP_CONVENTIONS,
            "sweep_hash": design.hash,
            "design": design.sweep.design,
            _KEYS: list(design.keys),
            "scenario": design.scenario.to_toml(),
            "sweep": design.sweep.model_dump(mode="json", exclude_none=True),
            "replicates": 0,
        }
        group = zarr.create_group(beside, zarr_format=3, attributes=stated, overwrite=True)
        group.create_group("points")
        _write(group, "design", np.arange(len(design)), {"long_name": "Point of the sweep"})
        for key, (values, unit) in design.labels().items():
            _write(group, key, values, {"units": unit} if unit else {})
        if design.unit is not None:
            array = group.create_array(
                "quantile",
                shape=design.unit.shape,
                chunks=design.unit.shape,
                dtype="float64",
                dimension_names=("design", "key"),
            )
            array[...] = design.unit
        beside.rename(path)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _write(group: zarr.Group, name: str, values: NDArray[Any], attributes: Mapping[str, Any]) -> None:
    text = values.dtype.kind == "O"
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype="string" if text else values.dtype,
        attributes=dict(attributes),
        dimension_names=("design",),
    )
    array[...] = values


def check_sweep(path: Path, design: Design) -> None:
    """Refuse a folder that holds something else than this sweep.

    Raises
    ------
    InputError
    """
    stated = sweep_attributes(path)
    remedy = "choose another --out, or --overwrite"
    if stated is None:
        raise InputError(Fault(str(path), "", "is no store of a sweep", remedy))
    if stated.get("sweep_hash") != design.hash:
        problem = "holds another sweep: other points, or another scenario under them"
        raise InputError(Fault(str(path), "", problem, remedy))


def replicates_of(path: Path, at_least: int) -> int:
    """Return how many replicates of each point a sweep is to hold, and keep the number: it never falls."""
    group = zarr.open_group(path, mode="r+", zarr_format=3, use_consolidated=False)
    held = max(int(str(group.attrs["replicates"])), at_least)
    if held != group.attrs["replicates"]:
        group.attrs["replicates"] = held
    return held


def open_sweep(path: Path) -> xr.Dataset:
    """Return the results of a sweep as one Dataset, the dim ``design`` first.

    Each key that varies is a coordinate along it, under its dotted name. Values are read from the stores of
    the points when used; points that are not run yet, and replicates that are not complete, are NaN.

    Raises
    ------
    InputError
        When the store is damaged, or no point has been begun.
    """
    attributes = sweep_attributes(path) or {}
    with sound(path):
        group = zarr.open_group(path, mode="r", zarr_format=3, use_consolidated=False)
        arrays: dict[str, Any] = dict(group.arrays())
        points = int(arrays["design"].shape[0])
        replicates = int(attributes["replicates"])
        if points > MOST_POINTS or replicates > MOST_REPLICATES:
            raise ValueError(f"{points} points of {replicates} replicates")
        named = {name: arrays[name] for name in ("design", *map(str, attributes[_KEYS]))}
        whole = dict.fromkeys(named, (points,)) | {"quantile": (points, len(named) - 1)}
        for name, shape in whole.items():
            if name in arrays and not arrays[name].shape == arrays[name].chunks == shape:
                raise ValueError(f"{name} of {arrays[name].shape} in chunks of {arrays[name].chunks}")
        coordinates = {
            name: xr.Variable("design", array[:], dict(array.attrs)) for name, array in named.items()
        }
    begun = [number for number in range(points) if point_path(path, number).exists()]
    if not begun:
        raise InputError(
            Fault(str(path), "", "has no point that was begun", "leadsim run SCENARIO goes on with it")
        )
    first = open_store(point_path(path, begun[0]))
    opened = _Points(path)
    stacked = {
        name: _Stack.of(opened, points, replicates, str(name), first[name].variable)
        for name in [*first.data_vars, "done"]
        if "replicate" in first[name].dims
    }
    labels = {
        name: first[name].variable
        for name in first.coords
        if "replicate" not in first[name].dims and not _varies(str(name), named)
    }
    data = xr.Dataset(
        {name: variable for name, variable in stacked.items() if name != "done"},
        coords={**labels, **coordinates, "replicate": np.arange(replicates)},
        attrs={key: value for key, value in attributes.items() if key != "replicates"},
    )
    done = xr.Variable(
        ("design", "replicate"), stacked["done"].values == 1, {"long_name": "Replicate is complete"}
    )
    data = data.assign_coords(done=done)
    if "quantile" in arrays:
        data = data.assign_coords(quantile=(("design", "key"), arrays["quantile"][:]))
    complete = int(done.values.sum())
    return data.assign_attrs(replicates_complete=complete, replicates_requested=points * replicates)


def _varies(name: str, keys: Mapping[str, Any]) -> bool:
    """Whether a label of the first point, such as an ACO's lives, may be another in others."""
    return name.startswith("aco_") and any(key.startswith("population.") for key in keys)


class _Points:
    """Stores of points, each examined once and then remembered: what they hold of results, not whence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._examined: dict[int, tuple[Metadata, NDArray[np.bool_]]] = {}
        self._alike: Mapping[str, ArrayLayout] = {}

    def values(self, number: int, name: str) -> NDArray[Any] | None:
        """Return a variable of one point, no numbers where its replicate is not complete.

        None where the point is not begun.

        Raises
        ------
        InputError
            When the store is damaged.
        """
        store = point_path(self._path, number)
        if number not in self._examined and not store.exists():
            return None
        if name == "done":
            with sound(store / name):
                layout = array_layout(name, read_document(store / name / NAME), {})
                done: NDArray[np.bool_] = read_packed(Metadata(store, {}, {}, {name: layout}), name) == 1
            return done
        if number not in self._examined:
            metadata = examine(store)
            digests = replace(metadata.arrays[DIGESTS], attributes={"variables": metadata.results})
            arrays = {**metadata.arrays, DIGESTS: digests}
            # Thousands of points lie on disk alike: they share one description.
            self._alike = self._alike if arrays == self._alike else arrays
            metadata = replace(metadata, attributes={}, layout={}, arrays=self._alike)
            self._examined[number] = metadata, flags_of(metadata)
        metadata, done = self._examined[number]
        values: NDArray[Any] = Complete.of(metadata, name, done).values
        return values


class _Stack(BackendArray):
    """One variable of all points, read point by point when used."""

    def __init__(self, opened: _Points, points: int, replicates: int, name: str, first: xr.Variable) -> None:
        self._opened, self._name = opened, name
        along = first.dims.index("replicate")
        inner = (*first.shape[:along], replicates, *first.shape[along + 1 :])
        self._along = along
        self.shape = (points, *inner)
        self.dtype = (
            np.dtype(np.float64) if first.dtype.kind in "fb" else np.result_type(first.dtype, np.float32)
        )

    @classmethod
    def of(cls, opened: _Points, points: int, replicates: int, name: str, first: xr.Variable) -> xr.Variable:
        """Return a variable with the dim ``design`` before those of a point's."""
        array = cls(opened, points, replicates, name, first)
        return lazy(array, ("design", *map(str, first.dims)), first.attrs)

    def __getitem__(self, key: Any) -> Any:
        support = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._read)

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        chosen, *inner = key
        numbers = np.atleast_1d(np.arange(self.shape[0])[chosen])
        rows = [self._point(int(number))[tuple(np.ix_(*self._places(inner)))] for number in numbers]
        found = np.stack(rows)
        # What was asked for by number alone has no dim in the answer.
        flat = [place for place, part in enumerate(key) if isinstance(part, int | np.integer)]
        squeezed: NDArray[Any] = found.squeeze(axis=tuple(flat))
        return squeezed

    def _places(self, inner: list[Any]) -> list[NDArray[np.int64]]:
        return [
            np.atleast_1d(np.arange(size)[part]) for size, part in zip(self.shape[1:], inner, strict=True)
        ]

    def _point(self, number: int) -> NDArray[Any]:
        """Return a point's values with as many replicates as the sweep is to hold."""
        full = np.full(self.shape[1:], np.nan, self.dtype)
        found = self._opened.values(number, self._name)
        if found is not None:
            values = np.asarray(found, self.dtype)
            held = min(values.shape[self._along], full.shape[self._along])
            part = (slice(None),) * self._along + (slice(held),)
            full[part] = values[part]
        return full


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Say of whatever goes wrong inside that the store is damaged."""
    try:
        yield
    except InputError:
        raise
    except (LookupError, ValueError, TypeError, RuntimeError, OSError, AttributeError, MemoryError) as error:
        problem = f"is damaged, or no store of this version of leadsim ({type(error).__name__}: {error})"
        allowed = "must be a store written by leadsim run; choose another --out, or --overwrite"
        raise InputError(Fault(str(path), "", problem, allowed)) from error
