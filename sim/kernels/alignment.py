"""Claims-based alignment of one person from two lookback years of PQEM visits."""

from __future__ import annotations

from sim.kernels.jit import kernel

# Totals closer than this are a tie: weights of thirds do not add up exactly.
ABOVE_ROUNDING = 1.0 + 1e-9


@kernel
def plurality(
    practices: tuple[int, int, int, int], visits: tuple[int, int, int, int], recent: float, older: float
) -> int:
    """Return the practice with the largest weighted PQEM total, or -1 when nobody was seen.

    Parameters
    ----------
    practices : tuple of int
        Practices seen: last year's main and other, then the older year's main and other.
    visits : tuple of int
        PQEM visits to each.
    recent, older : float
        Weights of the two alignment years (ACO REACH: 2/3 and 1/3).

    Notes
    -----
    A tie goes to the practice seen most recently, that is the one listed first.
    """
    weights = (recent, recent, older, older)
    best = -1
    most = 0.0
    for i in range(4):
        if visits[i] == 0 or practices[i] < 0:
            continue
        total = 0.0
        for j in range(4):
            if practices[j] == practices[i]:
                total += weights[j] * visits[j]
        if total > most * ABOVE_ROUNDING:
            most = total
            best = practices[i]
    return best
