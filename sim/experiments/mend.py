"""Stating the documents and labels of a store: laid out, made longer, and mended where they are damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from sim.experiments.damage import DIGESTS, digest, digest_of, is_absurd
from sim.experiments.documents import (
    LAYOUT,
    NAME,
    Document,
    array_documents,
    checksum,
    identity_of,
    label_chunk,
    root_document,
    text_of,
    without_length,
    write_document,
    write_file,
)
from sim.experiments.metadata import Metadata, read_text, root_attributes, stored_identity
from sim.experiments.plan import Coordinates
from sim.inputs.faults import Fault, InputError

_ELSEWHERE = "choose another --out, or --overwrite"


def lay_out(
    folder: Path,
    coordinates: Coordinates,
    attributes: Mapping[str, Any],
    replicates: int,
    changes: Mapping[str, Any],
) -> None:
    """Write the documents and labels of a new store into a folder that is there; see :func:`restate`."""
    documents = array_documents(coordinates, replicates, identity_of(attributes))
    files = _label_files(coordinates)
    stated = {**attributes, **_named(coordinates), **changes}
    root = root_document(stated, _layout(coordinates, documents, files), documents)
    for name, document in documents.items():
        (folder / name).mkdir()
        (folder / name / NAME).write_text(text_of(document), encoding="utf-8")
    for name, content in files.items():
        write_file(folder / name / "c" / "0", content)
    (folder / NAME).write_text(text_of(root), encoding="utf-8")


def restate(
    path: Path,
    coordinates: Coordinates,
    lost: Mapping[str, Any] | None,
    replicates: int,
    changes: Mapping[str, Any],
) -> tuple[Coordinates, list[Path]]:
    """Rewrite every document and label of a store that is not what it must be; may be repeated at any time.

    Parameters
    ----------
    path : Path
    coordinates : Coordinates
        Of the run; its arms may stand in another order than the store's.
    lost : mapping or None
        Attributes of a store of this run, used where the store's own are damaged.
    replicates : int
        There is to be room for; a store that has more keeps it.
    changes : mapping
        Attributes to be restated.

    Returns
    -------
    tuple of Coordinates and list of Path
        The labels in the order of the store; the files that were damaged.

    Raises
    ------
    InputError
        When the store is laid out for other labels or variables, or nothing says whose it is.
    """
    stated, mended = _owned(path, lost, coordinates)
    layout = stated.pop(LAYOUT, None)
    arms = layout["arms"] if layout else _stored_arms(path, coordinates)
    if sorted(arms) != sorted(coordinates.labels["arm"].tolist()):
        raise InputError(Fault(str(path), "", "holds other labels of arm than this run", _ELSEWHERE))
    coordinates = replace(coordinates, labels={**coordinates.labels, "arm": np.asarray(arms)})
    empty = array_documents(coordinates, 0, identity_of(stated))
    files = _label_files(coordinates)
    ours = _layout(coordinates, empty, files)
    if layout:
        _check_layout(path, layout, ours, coordinates)
    texts = {name: _text(path / name / NAME) for name in empty}
    size, spoilt = _found(path, texts, empty, replicates)
    documents = array_documents(coordinates, size, identity_of(stated))
    stated |= changes
    differing = [name for name in documents if texts[name] != text_of(documents[name])]
    if differing:
        write_document(path / NAME, root_document(stated, ours, None))
    for name in differing:
        (path / name).mkdir(exist_ok=True)
        write_document(path / name / NAME, documents[name])
    for name, content in files.items():
        file = path / name / "c" / "0"
        if digest(file) != ours["labels"][name]:
            write_file(file, content)
            mended.append(file)
    root = root_document(stated, ours, documents)
    if _text(path / NAME) != text_of(root):
        write_document(path / NAME, root)
    return coordinates, [*mended, *spoilt]


def mend_flags(metadata: Metadata) -> list[Path]:
    """Remove files of flags, numbers and digests that cannot be read, and return them.

    What they said of is then not complete, or not as it was written, and is computed anew.
    """
    removed = []
    for name in ("done", "replicate", DIGESTS):
        array = metadata.arrays[name]
        opened = zarr.open_array(metadata.path / name, mode="r", zarr_format=3)
        for number in range(-(-array.shape[0] // array.chunks[0])):
            file = metadata.path.joinpath(name, "c", str(number), *["0"] * (len(array.shape) - 1))
            if not file.exists():
                continue
            try:
                if is_absurd(file, array):
                    raise ValueError
                opened[number * array.chunks[0] : (number + 1) * array.chunks[0]]
            except (OSError, ValueError, RuntimeError):
                file.unlink()
                removed.append(file)
    return removed


def _owned(
    path: Path, lost: Mapping[str, Any] | None, coordinates: Coordinates
) -> tuple[dict[str, Any], list[Path]]:
    """Return a store's attributes and layout, or where they are lost this run's if it is this run's store."""
    stated = root_attributes(path)
    if stated is not None:
        return stated, []
    if lost is None or stored_identity(path) != identity_of(lost):
        problem = "is damaged, and the store does not say that it is of this run"
        raise InputError(Fault(str(path / NAME), "", problem, _ELSEWHERE))
    return {**lost, **_named(coordinates)}, [path / NAME]


def _named(coordinates: Coordinates) -> dict[str, str]:
    """Return the attribute by which any reader knows what are labels besides those of dims."""
    return {"coordinates": " ".join(coordinates.extra)} if coordinates.extra else {}


def _stored_arms(path: Path, coordinates: Coordinates) -> list[str]:
    """Return arms in the order of a store whose layout is lost: as its labels say, if they can be read."""
    ours: list[str] = coordinates.labels["arm"].tolist()
    try:
        stored = np.asarray(zarr.open_array(path / "arm", mode="r", zarr_format=3)[:]).tolist()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError):
        return ours
    return stored if sorted(map(str, stored)) == sorted(ours) else ours


def _layout(
    coordinates: Coordinates, documents: Mapping[str, Document], files: Mapping[str, bytes]
) -> dict[str, Any]:
    return {
        "arms": coordinates.labels["arm"].tolist(),
        "arrays": {name: checksum(without_length(document)) for name, document in documents.items()},
        "labels": {name: digest_of(content) for name, content in files.items()},
    }


def _check_layout(
    path: Path, stored: Mapping[str, Any], ours: Mapping[str, Any], coordinates: Coordinates
) -> None:
    """Refuse a store laid out for other variables or labels, as another version of leadsim leaves it."""
    variables = [variable.name for variable in coordinates.variables]
    for name in (*variables, *ours["arrays"]):
        if stored["arrays"].get(name) != ours["arrays"][name]:
            problem = f"is not laid out for {name} as this version of leadsim writes it"
            raise InputError(Fault(str(path), "", problem, _ELSEWHERE))
    for name, crc in ours["labels"].items():
        if stored["labels"].get(name) != crc:
            problem = f"holds other labels of {name} than this run"
            raise InputError(Fault(str(path), "", problem, _ELSEWHERE))


def _found(
    path: Path, texts: Mapping[str, str], empty: Mapping[str, Document], replicates: int
) -> tuple[int, list[Path]]:
    """Return how many replicates a store has, or is to have, room for, and which documents are damaged."""
    spoilt = []
    for name, expected in empty.items():
        try:
            document = json.loads(texts[name])
            if without_length(document) != expected or texts[name] != text_of(document):
                raise ValueError
            if "replicate" in expected["dimension_names"]:
                replicates = max(
                    replicates, document["shape"][document["dimension_names"].index("replicate")]
                )
        except (ValueError, KeyError, TypeError, RecursionError):
            spoilt.append(path / name / NAME)
    return replicates, spoilt


def _label_files(coordinates: Coordinates) -> dict[str, bytes]:
    """Return the content of each file of labels; none where all are what unwritten ones read as."""
    labels = {**coordinates.labels, **{name: values for name, (_, values) in coordinates.extra.items()}}
    return {name: label_chunk(values) for name, values in labels.items()}


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except (OSError, ValueError):
        return ""
