"""The JSON documents of a store: one of the whole and one an array, the same text for the same store.

The document of the whole says by checksum what every other document and every label must be, and of its own
attributes, too. Documents follow the specification of Zarr 3, so that any reader of Zarr opens a store.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numcodecs import Blosc
from numpy.typing import NDArray

from sim.experiments.damage import DIGESTS
from sim.experiments.plan import Coordinates

CONVENTIONS = "CF-1.11 leadsim-results-2"
SWEEP_CONVENTIONS = CONVENTIONS.replace("results", "sweep")
NAME = "zarr.json"
LAYOUT, CHECKSUM, IDENTITY = "layout", "attributes_crc32", "identity"
FLAGS_PER_CHUNK = 2**16
DIGESTS_PER_CHUNK = 2**10
_LEVEL = 3
# What results rest on; of libraries the minor version.
_IDENTITY = ("scenario_hash", "model_sha256", "leadsim_version", "numpy_version", "numba_version")

Document = dict[str, Any]


def text_of(document: Mapping[str, Any]) -> str:
    """Return a document as it stands in its file."""
    return json.dumps(document)


def checksum(document: object) -> int:
    """Return the CRC-32 of a document, however it is spaced and ordered."""
    return zlib.crc32(json.dumps(document, sort_keys=True).encode())


def without_length(document: Document) -> Document:
    """Return an array's document without what grows when replicates are added."""
    growing = ("replicate", "batch")
    names = document["dimension_names"]
    shape = [0 if dim in growing else size for dim, size in zip(names, document["shape"], strict=True)]
    return {**document, "shape": shape}


def write_file(file: Path, content: bytes) -> None:
    """Write a file in one step, or remove it where nothing is to stand in it.

    What a kill leaves is swept by the next writer.
    """
    if not content:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(file)


def write_document(file: Path, document: Mapping[str, Any]) -> None:
    """Write a document in one step."""
    write_file(file, text_of(document).encode())


def packed_chunk(values: NDArray[Any], fill: object) -> bytes:
    """Return a whole chunk as Zarr writes it by its document; nothing where all is as unwritten.

    Handing arrays to Zarr one by one takes three times as long as this and the writing of its file.
    """
    if (np.isnan(values) if fill != fill else values == fill).all():  # noqa: PLR0124  no number is not itself
        return b""
    packing = Blosc("zstd", _LEVEL, Blosc.BITSHUFFLE)
    return _summed(bytes(packing.encode(np.ascontiguousarray(values, values.dtype.newbyteorder("<")))))


def label_chunk(values: NDArray[Any]) -> bytes:
    """Return the chunk of some labels as Zarr writes it; nothing where all are as unwritten."""
    if values.dtype.kind in "UOT":
        texts = [str(value).encode() for value in values.tolist()]
        numbered = [struct.pack("<I", len(text)) + text for text in texts]
        content = struct.pack("<I", len(texts)) + b"".join(numbered)
        written = any(texts)
    else:
        content = values.astype(values.dtype.newbyteorder("<")).tobytes()
        written = any(content)
    return _summed(content) if written else b""


def _summed(content: bytes) -> bytes:
    """Return a chunk with its own checksum behind it."""
    return content + int(google_crc32c.value(content)).to_bytes(4, "little")


def array_document(
    dtype: str,
    shape: Sequence[int],
    chunks: Sequence[int],
    dims: Sequence[str],
    fill: object,
    attributes: Mapping[str, Any],
    *,
    packed: bool,
) -> Document:
    """Return the document of an array as Zarr writes it.

    Parameters
    ----------
    dtype : str
        Zarr's name of the type; ``string`` for text.
    shape, chunks, dims : sequence
        One entry a dim.
    fill : object
        What an unwritten element reads as, as JSON has it.
    attributes : mapping
    packed : bool
        Whether chunks are compressed; labels are not.
    """
    size = 0 if dtype == "string" else np.dtype(dtype).itemsize
    endian = {"configuration": {"endian": "little"}} if size > 1 else {}
    codecs: list[Document] = [{"name": "bytes", **endian}]
    if dtype == "string":
        codecs = [{"name": "vlen-utf8", "configuration": {}}]
    if packed:
        blosc = {"typesize": size, "cname": "zstd", "clevel": _LEVEL, "shuffle": "bitshuffle", "blocksize": 0}
        codecs.append({"name": "blosc", "configuration": blosc})
    return {
        "shape": list(shape),
        "data_type": dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill,
        "codecs": [*codecs, {"name": "crc32c"}],
        "attributes": dict(attributes),
        "dimension_names": list(dims),
        "zarr_format": 3,
        "node_type": "array",
        "storage_transformers": [],
    }


def array_documents(coordinates: Coordinates, replicates: int, identity: str) -> dict[str, Document]:
    """Return the documents of all arrays by name, labels first and flags last."""
    batch = coordinates.batch
    found = {
        name: _label_document(values, dim)
        for name, (dim, values) in {
            **{name: (name, values) for name, values in coordinates.labels.items()},
            **coordinates.extra,
        }.items()
    }
    arms = coordinates.size("arm")
    for variable in coordinates.variables:
        others = tuple(map(coordinates.size, variable.dims))
        fill = "NaN" if variable.dtype == "number" else variable.fill_value
        found[variable.name] = array_document(
            str(variable.stored_dtype),
            (arms, replicates, *others),
            (arms, batch, *others),
            variable.all_dims,
            fill,
            variable.attributes,
            packed=True,
        )
    names = [variable.name for variable in coordinates.variables]
    found[DIGESTS] = digests_document(names, -(-replicates // batch), identity)
    return found | {name: flags_document(name, replicates) for name in ("replicate", "done")}


def _label_document(values: np.ndarray, dim: str) -> Document:
    text = values.dtype.kind in "UOT"
    fill: object = "" if text else values.dtype.type(0).item()
    size = values.shape[0]
    dtype = "string" if text else str(values.dtype)
    return array_document(dtype, (size,), (max(1, size),), (dim,), fill, {}, packed=False)


def digests_document(names: Sequence[str], batches: int, identity: str) -> Document:
    """Return the document of the digests of all files of results."""
    attributes = {"long_name": "Size and CRC-32 of each file", "variables": list(names), IDENTITY: identity}
    return array_document(
        "uint64",
        (batches, len(names)),
        (DIGESTS_PER_CHUNK, len(names)),
        ("batch", "variable"),
        0,
        attributes,
        packed=True,
    )


def flags_document(name: str, replicates: int) -> Document:
    """Return the document of the flags (``done``) or of the numbers (``replicate``) of replicates."""
    dtype, text = {"replicate": ("int64", "Replicate"), "done": ("uint8", "Replicate is complete")}[name]
    return array_document(
        dtype, (replicates,), (FLAGS_PER_CHUNK,), ("replicate",), 0, {"long_name": text}, packed=True
    )


def identity_of(attributes: Mapping[str, Any]) -> str:
    """Return in one word what a store's results rest on; it is kept apart from the attributes."""
    stated = [str(attributes.get(name)) for name in _IDENTITY]
    stated[3:] = [".".join(version.split(".")[:2]) for version in stated[3:]]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def root_document(
    attributes: Mapping[str, Any], layout: Mapping[str, Any], consolidated: Mapping[str, Document] | None
) -> Document:
    """Return the document of the whole store.

    Parameters
    ----------
    attributes : mapping
        Where the results come from.
    layout : mapping
        ``arms`` in the order of the store; ``arrays`` and ``labels``, the checksum of each document without
        its length, and of each file of labels.
    consolidated : mapping or None
        All arrays' documents, for readers that open a store with one look; None while it grows.
    """
    stated = {**attributes, LAYOUT: dict(layout)}
    document: Document = {
        "attributes": {**stated, CHECKSUM: checksum(stated)},
        "zarr_format": 3,
        "node_type": "group",
    }
    if consolidated is not None:
        document["consolidated_metadata"] = {
            "kind": "inline",
            "must_understand": False,
            "metadata": {name: consolidated[name] for name in sorted(consolidated)},
        }
    return document
