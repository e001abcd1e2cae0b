"""Running a row kernel over fixed chunks of people on a thread pool."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# Rows of one task. Fixed, so that what a task does never depends on how many threads there are.
CHUNK = 32_768


def over_chunks(task: Callable[[int, int, int], int], rows: int, threads: int) -> int:
    """Call ``task(worker, start, stop)`` for every chunk of rows and return the sum of what it returns.

    Parameters
    ----------
    task : callable
        Works on rows start to stop (exclusive) and may add to sums that belong to `worker`, a number below
        `threads`; it must release the GIL for threads to help.
    rows : int
        Number of rows.
    threads : int
        Cores to use. Each worker takes the next chunk that nobody has begun: results may not depend on who
        works on which.
    """
    starts = range(0, rows, CHUNK)

    waiting = iter(starts)

    def work(worker: int) -> int:
        return sum(task(worker, start, min(start + CHUNK, rows)) for start in waiting)

    if threads <= 1 or len(starts) <= 1:
        return work(0)
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(work, range(threads)))
