"""Draws of finished results with replacement: intervals that carry both design and replicate noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.draws import Decision, draw_rows, make_key

_WORDS = 4
_ALL_WORDS = 2.0**32


def resampled(size: int, times: int, *, what: int) -> NDArray[np.int64]:
    """Return places of a sample of `size` drawn anew, shape (times, size).

    Parameters
    ----------
    size : int
        Members of the sample.
    times : int
        How often it is drawn.
    what : int
        Which sample it is: others are drawn independently of it.
    """
    found = np.empty((times, size), np.int64)
    rows = np.arange(-(-size // _WORDS), dtype=np.int64)
    words = np.empty(_WORDS * rows.size, np.uint64)
    for time in range(times):
        draw_rows(make_key(what, time), rows, rows.size, 0, int(Decision.RESAMPLE), 0, words)
        found[time] = (words[:size] / _ALL_WORDS * size).astype(np.int64)
    return found
