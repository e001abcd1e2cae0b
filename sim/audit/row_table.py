"""A result of rows and totals that a command prints or writes: csv, written whole or not at all, and JSON."""

from __future__ import annotations

import csv
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.inputs.faults import Fault, InputError

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows of one kind and what they add up to.

    Attributes
    ----------
    rows : sequence of mappings
        One for each ACO, all with the same keys in the same order; None where a figure does not exist.
    totals : mapping
        Figures over all rows.
    """

    rows: Sequence[Mapping[str, Cell]]
    totals: Mapping[str, Cell]

    def to_csv(self, path: str | Path) -> None:
        """Write the rows as csv, replacing the file only once all of it is written.

        Raises
        ------
        InputError
            When the folder does not exist or may not be written to.
        """
        target = Path(path)
        try:
            handle, partial = tempfile.mkstemp(
                dir=target.parent, prefix=f".{target.name}.", suffix=".partial"
            )
        except OSError as error:
            problem = f"cannot be written ({error.strerror})"
            raise InputError(Fault(str(path), "", problem, "a file in an existing folder")) from error
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(self.rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(
                    {key: "" if cell is None else cell for key, cell in row.items()} for row in self.rows
                )
            Path(partial).chmod(0o644)
            Path(partial).replace(target)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise

    def to_json(self) -> str:
        """Return the totals as one JSON object."""
        return json.dumps(dict(self.totals), allow_nan=False)


def cell(value: float) -> float | None:
    """Return a number as a cell: None for NaN."""
    number = float(value)
    return number if math.isfinite(number) else None
