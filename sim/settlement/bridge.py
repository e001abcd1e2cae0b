"""The bridge: which part of the savings against a benchmark each rule makes, to the cent."""

from __future__ import annotations

import numpy as np

from sim.policy.lead import STEPS
from sim.settlement.program import Floats, Ints, Settled, cents

# What a program may tell apart of savings against a benchmark: steps of the benchmark, in the order in which
# they are added to the price of history, and what is added to expenditure.
_OF_BENCHMARK = STEPS[1:]
PARTS = (*_OF_BENCHMARK, "cara")


def bridge_parts(steps_usd: Floats) -> Settled:
    """Return what each step adds to a benchmark, in cents, as ``bridge_`` variables.

    Parameters
    ----------
    steps_usd : float64, shape (acos, steps)
        The benchmark with one rule more at each of :data:`sim.policy.lead.STEPS`; the last is the benchmark.
    """
    parts = np.diff(cents(steps_usd), axis=-1)
    return {f"bridge_{name}": parts[..., place] for place, name in enumerate(_OF_BENCHMARK)}


def with_prices(settled: Settled, true_savings: Ints) -> Settled:
    """Return results with every part of the bridge: those a program does not tell apart are in the prices.

    ``true_savings`` and all ``bridge_`` variables add up to ``gross_savings``. What no rule above makes is
    the price of risk and trend: history, carried forward, less what the same people would have cost in the
    reference arm.

    Parameters
    ----------
    settled : mapping of str to ndarray
        With ``gross_savings``, in cents.
    true_savings : int64, shape (acos,)
        Cents that the reference arm spent more on the same people.
    """
    gross = settled["gross_savings"]
    parts = {f"bridge_{name}": settled.get(f"bridge_{name}", np.zeros_like(gross)) for name in PARTS}
    return {**settled, **parts, "bridge_prices": gross - true_savings - sum(parts.values())}
