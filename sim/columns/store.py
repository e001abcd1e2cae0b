"""The column store: a structure of arrays in which a row is an agent, for good."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from sim.columns.fields import Column, Field, Mask, Membership, Rows


class FieldUse(NamedTuple):
    """What one column is and takes."""

    field: str
    dtype: str
    bytes: int
    unit: str
    description: str
    source: str


class Guard(Protocol):
    """Who keeps the columns of a store that are not always up to date, or not the store's alone."""

    def before_reading(self) -> None:
        """Bring all columns up to date."""

    def before_writing(self) -> None:
        """Bring all columns up to date, and let them belong to the store alone."""


class ColumnStore:
    """Declared columns, one row per agent; rows are never moved and never reused.

    Parameters
    ----------
    fields : sequence of Field
        The columns, in the order they are reported.
    columns : mapping of str to 1-D ndarray, or int
        Arrays to adopt without copying (strided views such as ``visits[:, 0]`` are fine), one per field, all
        of one length and of the declared dtype; or a number of rows to allocate at the fields' defaults.
    membership : Membership, optional
        Which rows are agents now. Without it every row always is, and none can be removed.
    stays : str, optional
        What to do instead of removing an agent, as the end of a sentence, where none can be removed.

    Attributes
    ----------
    owner : object or None
        The model the rows belong to.
    version : int
        Grows whenever membership may have changed. Whoever writes a membership column directly, a kernel for
        instance, must call :meth:`touch` afterwards; writes through agents, sets and :meth:`write` do so
        themselves.
    written : int
        How often values were written through agents, sets and :meth:`write`.

    Raises
    ------
    ValueError
        When fields repeat, or arrays are missing, undeclared, of another dtype, shape or length: all faults
        at once.

    Notes
    -----
    Threads may share a store only under a kernel that writes disjoint rows.
    """

    _kept: dict[int, tuple[object, ...]]

    def __init__(
        self,
        fields: Sequence[Field],
        columns: Mapping[str, npt.NDArray[Any]] | int,
        membership: Membership | None = None,
        stays: str = "",
    ) -> None:
        self.stays = stays
        self.written = 0
        self._guard: Guard | None = None
        self.fields: dict[str, Field] = {field.name: field for field in fields}
        self.membership = membership
        self.owner: Any = None
        self.version = 0
        self._first_id = 0
        self._unique_ids: npt.NDArray[np.int64] | None = None
        self._mask: Mask | None = None
        self._rows: Rows | None = None
        if isinstance(columns, int):
            columns = {field.name: np.full(columns, field.default, field.dtype) for field in fields}
        faults = _faults(fields, columns, membership)
        if faults:
            raise ValueError("the columns do not match the declared fields: " + "; ".join(faults))
        self._columns = {name: columns[name] for name in self.fields}
        self._size = len(next(iter(self._columns.values())))

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a store that keeps no views yet; views may be hashed before an unpickled store is filled."""
        made = super().__new__(cls)
        made._kept = {}
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_kept"}

    def __len__(self) -> int:
        """Return the number of rows, members or not."""
        return self._size

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        """Return the whole column itself, not a copy, shape (rows,); not writable where guarded."""
        if name not in self._columns:
            raise self.unknown(name)
        if self._guard is None:
            return self._columns[name]
        self._guard.before_reading()
        return _read_only(self._columns[name])

    @property
    def columns(self) -> Mapping[str, Column]:
        """All columns by name. Arrays are writable but never replaced: a kernel may hold on to one.

        Those of guarded columns are not writable.
        """
        if self._guard is None:
            return MappingProxyType(self._columns)
        self._guard.before_reading()
        return MappingProxyType({name: _read_only(column) for name, column in self._columns.items()})

    def guard(self, guard: Guard) -> None:
        """Ask somebody else, who keeps the columns up to date, before each reading and writing."""
        self._guard = guard

    def unknown(self, name: str) -> AttributeError:
        """Return the error for a name that is no field, naming the nearest one."""
        meant = difflib.get_close_matches(name, self.fields, n=1)
        hint = f"; did you mean {meant[0]!r}?" if meant else f"; the fields are {', '.join(self.fields)}"
        return AttributeError(f"no field {name!r} is declared{hint}")

    def member_mask(self) -> Mask:
        """Return which rows are agents of the model now, shape (rows,); treat it as read-only."""
        if self._mask is None:
            # A copy, because the rule may return a column itself and later refreshes write into the mask.
            self._mask = np.array(self._holds(slice(None)))
        return self._mask

    def rows(self) -> Rows:
        """Return the rows that are agents now, ascending; treat it as read-only."""
        if self._rows is None:
            self._rows = np.flatnonzero(self.member_mask())
        return self._rows

    def touch(self) -> None:
        """Say that membership columns were written from outside, so that who is a member is asked anew."""
        self.version += 1
        self._mask = self._rows = None
        self._let_go()

    def write(self, name: str, rows: Rows | int, values: npt.ArrayLike) -> None:
        """Write one value, or one value per row, into a column.

        Parameters
        ----------
        name : str
            A declared field.
        rows : int or ndarray of int
            Where to write.
        values : array-like
            Scalar or as many values as rows, in the field's unit.

        Raises
        ------
        AttributeError
            When the field is not declared, or fixed.
        ValueError
            When the column's dtype cannot hold a value, or it is out of the field's bounds.
        """
        if name not in self._columns:
            raise self.unknown(name)
        fitted = self.fit(name, values)
        if self._guard is not None:
            self._guard.before_writing()
        self._columns[name][rows] = fitted
        self.written += 1
        if self.membership is not None and name in self.membership.fields:
            self._refresh(rows)

    def fit(self, name: str, values: npt.ArrayLike) -> Any:
        """Return `values` as they would be written into a column, raising what :meth:`write` would."""
        column = self.fields[name]
        if column.fixed:
            raise AttributeError(f"{name} is fixed: it is drawn at the start and never written again")
        return column.fit(values)

    def retire(self, rows: Rows | int) -> None:
        """Take rows out of the model by writing what the membership says leaving writes.

        Raises
        ------
        TypeError
            When the membership says nothing about leaving.
        """
        if self.membership is None or not self.membership.leave:
            instead = self.stays or "its membership names nothing to write"
            raise TypeError(f"agents of this population cannot be removed: {instead}")
        if self._guard is not None:
            self._guard.before_writing()
        for name, value in self.membership.leave.items():
            self._columns[name][rows] = self.fields[name].fit(value)
        self.written += 1
        self._refresh(rows)

    def attach(
        self, owner: object, first_id: int, bounds: Mapping[str, tuple[Any, Any]] | None = None
    ) -> None:
        """Give the rows to a model; row r gets the unique id `first_id` + r.

        Parameters
        ----------
        owner : object
            The model.
        first_id : int
            Unique id of row 0.
        bounds : mapping of str to (least, most), optional
            Bounds of written values that depend on the model, such as how many places there are; None for no
            bound on that side. They replace those of the field.

        Raises
        ------
        AttributeError
            When bounds are given for a name that is no field.
        ValueError
            When the rows belong to a model already.
        """
        if self.owner is not None:
            raise ValueError("these columns already belong to a model")
        unknown = [name for name in bounds or () if name not in self]
        if unknown:
            raise self.unknown(unknown[0])
        for name, (least, most) in (bounds or {}).items():
            self.fields[name] = self.fields[name].within(least, most)
        self.owner = owner
        self._first_id = first_id

    def detach(self) -> None:
        """Take the rows from their model, and let go of all agents kept."""
        self.owner = None
        self._kept.clear()

    def keep(self, row: int, agent: object) -> None:
        """Hold on to an agent made for a row, for as long as the row is a member.

        Agents are made when somebody looks, and Mesa's own sets hold agents weakly: without this they would
        be empty at once. An agent asks for it when it is hashed, that is when it is put into a set or a
        dictionary.
        """
        kept = self._kept.get(row, ())
        if not any(agent is other for other in kept):
            self._kept[row] = (*kept, agent)

    def kept(self, row: int) -> Any:
        """Return an agent that is held on to for a row, or None."""
        return self._kept[row][0] if row in self._kept else None

    def _let_go(self) -> None:
        if self._kept:
            member = self.member_mask()
            self._kept = {row: agents for row, agents in self._kept.items() if member[row]}

    def ids(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return the unique ids of rows, same shape."""
        if self._unique_ids is not None:
            return self._unique_ids[rows]
        return np.asarray(rows, np.int64) + self._first_id

    def id_of(self, row: int) -> int:
        """Return the unique id of one row."""
        return self._first_id + row if self._unique_ids is None else int(self._unique_ids[row])

    def take(self, rows: Rows) -> ColumnStore:
        """Return a store of its own that holds copies of `rows` only, with their unique ids and no model."""
        taken = {name: column[rows] for name, column in self.columns.items()}
        store = ColumnStore(list(self.fields.values()), taken, self.membership, self.stays)
        store._unique_ids = self.ids(rows)
        return store

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(column.nbytes for column in self._columns.values())

    def describe(self) -> list[FieldUse]:
        """Return name, dtype, bytes, unit, description and source of every column, in declared order."""
        return [
            FieldUse(name, str(f.dtype), self._columns[name].nbytes, f.unit, f.description, f.source)
            for name, f in self.fields.items()
        ]

    def _holds(self, where: Rows | slice) -> Mask:
        if self.membership is None:
            return np.ones(len(self), bool)[where]
        if self._guard is not None:
            self._guard.before_reading()
        return self.membership.holds(*(self._columns[name][where] for name in self.membership.fields))

    def _refresh(self, rows: Rows | int) -> None:
        # Asking only about the rows written keeps a loop that removes agents one by one linear.
        self.version += 1
        self._rows = None
        if self._mask is not None:
            where = np.atleast_1d(rows)
            self._mask[where] = self._holds(where)
        if self._kept:
            member = self.member_mask()
            for row in np.atleast_1d(rows).tolist():
                if not member[row]:
                    self._kept.pop(row, None)


def _read_only(column: Column) -> Column:
    view = column.view()
    view.flags.writeable = False
    return view


def _faults(
    fields: Sequence[Field], columns: Mapping[str, npt.NDArray[Any]], membership: Membership | None
) -> list[str]:
    names = [field.name for field in fields]
    faults = [] if names else ["no field is declared"]
    faults += [f"{name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
    faults += [f"{name} is not declared" for name in columns if name not in names]
    lengths = {len(column) for column in columns.values() if column.ndim == 1}
    if len(lengths) > 1:
        faults.append(f"lengths differ: {sorted(lengths)}")
    for field in fields:
        column = columns.get(field.name)
        if column is None:
            faults.append(f"{field.name} is missing")
        elif column.dtype != field.dtype:
            faults.append(f"{field.name} is {column.dtype}, declared {field.dtype}")
        elif column.ndim != 1:
            faults.append(f"{field.name} has {column.ndim} axes, not one")
    if membership is not None:
        deciding = dict.fromkeys((*membership.fields, *membership.leave))
        faults += [
            f"membership reads {name}, which is not declared" for name in deciding if name not in names
        ]
    return faults
