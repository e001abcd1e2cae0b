"""The bridge: which part of an ACO's savings each rule makes, to the cent, in every program."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.kernels.codes import N_CELLS, Sum
from sim.policy.lead import STEPS
from sim.policy.mssp import SHARING_STEPS
from sim.settlement.program import Floats, Ints, Settled, cents

# Rules that make a benchmark, in the order in which they are added to the price of history.
RULES = STEPS[1:]
# The same, and what capitation, stop-loss, episode arrangements and falls prevention make of expenditure.
PARTS = (*RULES, "capitation", "stop_loss", "cara", "falls")
# Rules between gross and shared savings.
SHARING = SHARING_STEPS[1:]


def bridge_parts(steps_usd: Floats, names: Iterable[str] = RULES) -> Settled:
    """Return what each rule adds, in cents, as ``bridge_`` variables.

    Parameters
    ----------
    steps_usd : float64, shape (acos, 1 + names)
        A level, and the same with one rule more at each of `names`.
    names : iterable of str
        Rules of :data:`RULES` or :data:`SHARING` that the program has.
    """
    parts = np.diff(cents(steps_usd), axis=-1)
    return {f"bridge_{name}": parts[..., place] for place, name in enumerate(names)}


def whole_bridge(settled: Settled, true_savings: Ints) -> Settled:
    """Return results with every part of the bridge: 0 for those that are no rule of the program.

    ``true_savings``, ``bridge_prices`` and :data:`PARTS` add up to ``gross_savings``, and these and
    :data:`SHARING` to ``shared_savings``. What none of the rules makes is the price of risk and trend:
    history, carried forward, less what the same people would have cost in the reference arm. Where a program
    has no more than corridors, they are the sharing.

    Parameters
    ----------
    settled : mapping of str to ndarray
        With ``gross_savings`` and ``shared_savings``, in cents.
    true_savings : int64, shape (acos,)
        Cents that the reference arm spent more on the same people.
    """
    gross, shared = settled["gross_savings"], settled["shared_savings"]
    none = np.zeros_like(gross)
    parts = {f"bridge_{name}": settled.get(f"bridge_{name}", none) for name in (*PARTS, *SHARING)}
    rules = sum(parts[f"bridge_{name}"] for name in PARTS)
    after = sum(parts[f"bridge_{name}"] for name in SHARING if name != "sharing")
    own = {"bridge_prices": gross - true_savings - rules, "bridge_sharing": shared - gross - after}
    return {**settled, **parts, **own}


def coded_over_true(coded: Ints, true: Ints) -> Floats:
    """Return coded over true risk of exact sums, in their shape; 1 where there is nobody."""
    above, below = coded.astype(np.float64), true.astype(np.float64)
    return np.divide(above, below, out=np.ones_like(above), where=(above > 0.0) & (below > 0.0))


def coded_by_cell(aco: Ints) -> Floats:
    """Return coded over true risk, shape (acos, cells), of a year's sums (acos, cells, sums)."""
    return coded_over_true(aco[..., Sum.CODED_RISK], aco[..., Sum.TRUE_RISK])


def coded_at_by3(aco: Ints) -> Floats:
    """Return the same of BY3's sums: that of the claims cell's people, for both routes."""
    return np.tile(coded_by_cell(aco)[:, : N_CELLS // 2], 2)
