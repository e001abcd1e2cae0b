"""A store's documents read as data that anybody may have written: checked before anything is made of them.

Sizes are refused here, before memory is asked for; what is not as leadsim writes it is named file by file.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.damage import DIGESTS
from sim.experiments.documents import (
    CHECKSUM,
    CONVENTIONS,
    IDENTITY,
    LAYOUT,
    NAME,
    SWEEP_CONVENTIONS,
    Document,
    array_document,
    checksum,
    digests_document,
    flags_document,
    without_length,
)
from sim.experiments.plan import MOST_REPLICATES
from sim.inputs.faults import Fault, InputError, shortened

_FAMILY = CONVENTIONS.rpartition("-")[0]
# Far above what any study needs, far below what a machine has.
_MOST_BYTES = 2**26
_MOST_LABELS = 2**20
_MOST_CHUNK_BYTES = 2**30
_MOST_BATCH = 32
# How results are kept: type on disk to what unwritten elements hold.
_RESULTS = {"int64": int(np.iinfo(np.int64).min), "float64": "NaN", "int8": -1}
_LABELS: dict[str, object] = {"string": "", "int64": 0, "float64": 0.0, "bool": False}
_LABEL_TEXT = ("arm", "aco", "cell", "episode", "measure", "parameter")
_TEXTS = ("title", "scenario_hash", "model_sha256", "reference_arm", "scenario")
_LISTS = ("input_sha256", "assumed_inputs", "conflicted_inputs", "replaced")
REMEDY = "leadsim run SCENARIO --out STORE mends it"
_STORE = "must be a store written by leadsim run"


@dataclass(frozen=True, slots=True)
class ArrayLayout:
    """How one array lies on disk; shapes in elements."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str
    attributes: Mapping[str, Any]

    @property
    def chunk_bytes(self) -> int:
        """Bytes of one chunk in memory."""
        return math.prod(self.chunks) * (1 if self.dtype == "string" else np.dtype(self.dtype).itemsize)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the documents of a sound store say.

    Attributes
    ----------
    path : Path
    attributes : mapping
        Where the results come from.
    layout : mapping
        ``arms``, ``arrays`` and ``labels``: see :func:`sim.experiments.documents.root_document`.
    arrays : mapping of str to ArrayLayout
    """

    path: Path
    attributes: Mapping[str, Any]
    layout: Mapping[str, Any]
    arrays: Mapping[str, ArrayLayout]

    @property
    def results(self) -> list[str]:
        """Names of the result variables, in the order of their digests."""
        return list(self.arrays[DIGESTS].attributes["variables"])

    @property
    def labels(self) -> list[str]:
        """Names of the arrays of labels."""
        return [name for name in self.arrays if name in self.layout["labels"]]

    @property
    def replicates(self) -> int:
        """Replicates that all arrays have room for: an interrupted enlargement leaves unequal lengths."""
        growing = [self.arrays[name] for name in (*self.results, "done", "replicate")]
        return min(array.shape[array.dims.index("replicate")] for array in growing)

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each dim of the results."""
        named = {
            name: self.arrays[name].shape[0] for name in self.labels if self.arrays[name].dims == (name,)
        }
        return {**named, "replicate": self.replicates}


def read_text(file: Path) -> str:
    """Read the text of a document. Raises ValueError where it is absent, or longer than any document."""
    # What is no ordinary file, a pipe for one, could wait for ever.
    if not file.is_file():
        raise ValueError("is missing")
    if file.stat().st_size > _MOST_BYTES:
        raise ValueError(f"is longer than {_MOST_BYTES:,} bytes")
    return file.read_text(encoding="utf-8")


def read_document(file: Path) -> Document:
    """Read a document. Raises ValueError where :func:`read_text` does, or it is no JSON of an object."""
    text = read_text(file)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("is damaged: no JSON") from error
    if not isinstance(document, dict):
        raise ValueError("is damaged: no JSON of an object")
    return document


def root_attributes(path: Path, *, any_version: bool = False) -> dict[str, Any] | None:
    """Return the attributes and layout of a store; None where they are damaged but its digests have an owner.

    Raises
    ------
    InputError
        When `path` is no store, or one of another version of leadsim, unless it is one of `any_version`.
    """
    try:
        document = read_document(path / NAME)
        attributes = document.get("attributes")
        conventions = attributes.get("Conventions") if isinstance(attributes, dict) else None
        if conventions == SWEEP_CONVENTIONS:
            allowed = f"must be a store of one scenario, such as its point {path / 'points' / '000000'}"
            raise InputError(Fault(str(path), "", "is a sweep of many", allowed))
        if isinstance(conventions, str) and conventions != CONVENTIONS and conventions.startswith(_FAMILY):
            if any_version:
                return None
            theirs = shortened(conventions)
            problem = f"is a store of another version of leadsim ({theirs}, not {CONVENTIONS})"
            allowed = "read it with that version, or run its scenario again with --overwrite"
            raise InputError(Fault(str(path), "", problem, allowed))
        stated = dict(attributes or {})
        crc = stated.pop(CHECKSUM)
        if crc == checksum(stated) and stated["Conventions"] == CONVENTIONS and stated[LAYOUT]:
            return stated
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, OSError):
        pass
    if stored_identity(path) is None:
        raise InputError(
            Fault(str(path), "", "is no leadsim result store", f"{_STORE}, or a path not in use")
        )
    return None


def stored_identity(path: Path) -> str | None:
    """Return what the digests of a store say it rests on; None where they say nothing."""
    try:
        identity = read_document(path / DIGESTS / NAME)["attributes"][IDENTITY]
    except (ValueError, KeyError, TypeError, OSError):
        return None
    return identity if isinstance(identity, str) else None


def examine(path: Path) -> Metadata:
    """Return what a store's documents say, each held to its checksum and to what leadsim can have written.

    Raises
    ------
    InputError
        With a fault for each document that is missing, damaged or absurd.
    """
    if not path.exists():
        raise InputError(Fault(str(path), "", "does not exist", _STORE))
    stated = root_attributes(path)
    if stated is None:
        raise InputError(Fault(str(path / NAME), "", "is damaged: not as it was written", REMEDY))
    layout = stated.pop(LAYOUT)
    faults = [*_layout_faults(path, layout)] or [*_attribute_faults(path, stated, layout)]
    if faults:
        raise InputError(faults)
    arrays: dict[str, ArrayLayout] = {}
    documents: dict[str, Document] = {}
    for name, crc in layout["arrays"].items():
        try:
            documents[name] = read_document(path / name / NAME)
            if checksum(without_length(documents[name])) != crc:
                raise ValueError("is damaged: not as it was written")
            arrays[name] = array_layout(name, documents[name], layout)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError) as error:
            problem = str(error) if type(error) is ValueError else "is damaged: not as leadsim writes it"
            faults.append(Fault(str(path / name / NAME), "", problem, REMEDY))
    if not faults:
        faults += _size_faults(path, arrays, layout)
    if not faults and not _agrees(path, documents):
        faults.append(Fault(str(path / NAME), "", "is damaged: not as it was written", REMEDY))
    if faults:
        raise InputError(faults)
    return Metadata(path, stated, layout, arrays)


def _agrees(path: Path, documents: Mapping[str, Document]) -> bool:
    """Return whether the documents that the first one repeats, if any, are those of the arrays."""
    try:
        repeated = read_document(path / NAME)
    except ValueError:
        return False
    if set(repeated) == {"attributes", "zarr_format", "node_type"}:
        return True
    inline = repeated.get("consolidated_metadata", {})
    try:
        told = {name: without_length(document) for name, document in inline.pop("metadata").items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    ours = {name: without_length(document) for name, document in documents.items()}
    return told == ours and inline == {"kind": "inline", "must_understand": False}


def _layout_faults(path: Path, layout: object) -> list[Fault]:
    """Return what is wrong with the part of the first document that says what the others are."""
    stated = layout if isinstance(layout, dict) else {}
    arrays, labels, arms = (stated.get(name) for name in ("arrays", "labels", "arms"))
    numbers = isinstance(arrays, dict) and isinstance(labels, dict)
    if (
        not isinstance(arrays, dict)
        or not isinstance(labels, dict)
        or not isinstance(arms, list)
        or not all(type(one) is int for one in (*arrays.values(), *labels.values()) if numbers)
        or not all(isinstance(arm, str) for arm in arms)
    ):
        return [Fault(str(path / NAME), LAYOUT, "is damaged: not as leadsim writes it", _STORE)]
    missing = sorted({"done", "replicate", DIGESTS, "arm", "aco", "year", *labels} - set(arrays))
    odd = [name for name in arrays if not name.isidentifier()]
    return [
        *(Fault(str(path), name, "is missing", _STORE) for name in missing),
        *(Fault(str(path / NAME), LAYOUT, f"names {shortened(name)}", "must name arrays") for name in odd),
    ]


def _attribute_faults(path: Path, stated: Mapping[str, Any], layout: Mapping[str, Any]) -> list[Fault]:
    """Return attributes that are not what readers rely on; absent ones are none."""
    wrong = [name for name in _TEXTS if not isinstance(stated.get(name, ""), str)]
    lists = {name: stated.get(name, []) for name in _LISTS}
    wrong += [
        name
        for name, value in lists.items()
        if not (isinstance(value, list) and all(isinstance(one, str) and ": " in one for one in value))
    ]
    wrong += [name for name in stated if name.endswith("_version") and not isinstance(stated[name], str)]
    if type(stated.get("seed", 0)) is not int:
        wrong.append("seed")
    if "reference_arm" in stated and stated["reference_arm"] not in layout["arms"]:
        wrong.append("reference_arm")
    if "scenario" not in wrong and not _is_scenario(stated.get("scenario", "")):
        wrong.append("scenario")
    return [
        Fault(str(path / NAME), name, f"= {shortened(stated[name])}", "must be as leadsim run writes it")
        for name in wrong
    ]


def _is_scenario(text: str) -> bool:
    """Return whether a text has the form of a scenario; its values are checked when it is run."""
    try:
        stated = tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    study, arms = stated.get("study", {}), stated.get("arms", {})
    return (
        isinstance(study, dict)
        and isinstance(arms, dict)
        and all(
            isinstance(arm, dict) and isinstance(arm.get("description", ""), str) for arm in arms.values()
        )
    )


def array_layout(name: str, document: Document, layout: Mapping[str, Any]) -> ArrayLayout:
    """Return an array's layout; raises an error of any kind where no leadsim has written it."""
    shape, dims = document["shape"], document["dimension_names"]
    chunks, attributes = document["chunk_grid"]["configuration"]["chunk_shape"], document["attributes"]
    if not all(type(size) is int and 0 <= size < 2**62 for size in (*shape, *chunks)):
        raise ValueError(f"declares the shape {shortened(shape)}")
    if len(shape) != len(dims) or len(set(dims)) != len(dims):
        raise ValueError(f"declares the dims {shortened(dims)}")
    if "replicate" in dims and shape[dims.index("replicate")] > MOST_REPLICATES:
        raise ValueError(f"declares {max(shape):,} replicates, at most {MOST_REPLICATES:,}")
    dtype = document["data_type"]
    if name in ("done", "replicate"):
        expected = flags_document(name, *shape)
    elif name == DIGESTS:
        names = attributes["variables"]
        if not set(names) < set(layout["arrays"]) or len(set(names)) != len(names):
            raise ValueError("names other variables than the store has")
        expected = digests_document(names, shape[0], attributes[IDENTITY])
    elif name in layout["labels"]:
        expected = array_document(
            dtype, shape, [max(1, *shape)], dims, _LABELS[dtype], attributes, packed=False
        )
        if attributes or shape[0] > _MOST_LABELS:
            raise ValueError(f"declares {shape[0]:,} labels, at most {_MOST_LABELS:,}")
    else:
        expected = array_document(dtype, shape, chunks, dims, _RESULTS[dtype], attributes, packed=True)
        if dims[:2] != ["arm", "replicate"] or chunks != [shape[0], chunks[1], *shape[2:]]:
            raise ValueError("is not laid out as results are")
        if not 1 <= chunks[1] <= _MOST_BATCH or not _says(attributes, dtype):
            raise ValueError("has attributes or chunks that no results have")
    if json.dumps(document, sort_keys=True) != json.dumps(expected, sort_keys=True):
        raise ValueError("declares a type, codec or grid that leadsim does not write")
    made = ArrayLayout(name, tuple(dims), tuple(shape), tuple(chunks), dtype, attributes)
    if made.chunk_bytes > _MOST_CHUNK_BYTES:
        raise ValueError(f"declares chunks of {made.chunk_bytes:,} bytes, at most {_MOST_CHUNK_BYTES:,}")
    return made


def _says(attributes: Mapping[str, Any], dtype: str) -> bool:
    """Return whether attributes of results are texts, and decode as their type does."""
    decoding = {"int64": {"scale_factor": 0.01, "_FillValue": _RESULTS["int64"]}, "int8": {"_FillValue": -1}}
    texts = {name: value for name, value in attributes.items() if name not in ("scale_factor", "_FillValue")}
    numbers = {name: value for name, value in attributes.items() if name not in texts}
    known = {"units", "long_name", "description", "sign_convention", "rule"}
    return (
        numbers == decoding.get(dtype, {})
        and set(texts) <= known
        and all(isinstance(value, str) for value in texts.values())
        and {"units", "long_name"} <= set(texts)
    )


def _size_faults(path: Path, arrays: Mapping[str, ArrayLayout], layout: Mapping[str, Any]) -> list[Fault]:
    """Return where the sizes of arrays do not agree, or are beyond what a store may hold."""
    labels = {name: arrays[name] for name in layout["labels"]}
    sizes = {name: one.shape[0] for name, one in labels.items() if one.dims == (name,)}
    faults = []
    results = arrays[DIGESTS].attributes["variables"]
    known = {*labels, *results, DIGESTS, "done", "replicate"}
    for name, array in arrays.items():
        others = {dim: size for dim, size in zip(array.dims, array.shape, strict=True) if name != DIGESTS}
        wrong = [dim for dim, size in others.items() if dim != "replicate" and sizes.get(dim) != size]
        text = (name in _LABEL_TEXT and array.dtype != "string") or (
            name == "year" and array.dtype != "int64"
        )
        if wrong or text or name not in known:
            problem = f"does not fit the labels of the store ({', '.join(wrong) or name})"
            faults.append(Fault(str(path / name / NAME), "", problem, REMEDY))
    batches = {arrays[name].chunks[1] for name in results}
    if len(batches) != 1 or len(layout["arms"]) != sizes.get("arm"):
        faults.append(Fault(str(path / NAME), LAYOUT, "does not fit the arrays of the store", REMEDY))
    return faults
