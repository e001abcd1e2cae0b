"""Sums and listed episodes of arms that share lives, put together from people touched and not touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chunks import CHUNK
from sim.kernels.codes import Listed
from sim.kernels.following import FIRST_FOLLOWER, Followers
from sim.kernels.layout import Array
from sim.kernels.strip import Strip, make_strip
from sim.kernels.tally import Asked, Tally, together

Ints = NDArray[np.int64]
# Room for episodes, for each person of a chunk: more than people have on average, who have fewer than one.
ROOM = 10


@dataclass(frozen=True)
class Wants:
    """What arms that share lives ask for, each for itself.

    Attributes
    ----------
    of_arms : mapping of int to Asked
    """

    of_arms: Mapping[int, Asked]

    @cached_property
    def together(self) -> Asked:
        """What anybody of them asks for."""
        return together(list(self.of_arms.values()))

    def from_arm(self, arm: int, by: Mapping[int, Ints], practice_market: Ints) -> Ints:
        """Return what is wanted of each practice's touched people by arms whose years an arm works out.

        Parameters
        ----------
        arm : int
        by : mapping of int to int64 array of shape (markets,)
            Arm that works out the year of each market's touched people, for each.
        practice_market : int64, shape (practices,)
        """
        n = len(practice_market)
        found = np.zeros(n, np.int64)
        for other, asked in self.of_arms.items():
            found |= np.where(by[other][practice_market] == arm, asked.of_practices(n), 0)
        return found


class EpisodeList:
    """Episodes listed one by one, chunk by chunk.

    Parameters
    ----------
    asked : Asked
        Nothing is listed where it asks for none.
    rows : int
        People.
    followers : int
        Arms that follow.
    """

    def __init__(self, asked: Asked, rows: int, followers: int = 0) -> None:
        self._room = min(CHUNK, rows) * ROOM * (1 + followers) if any(asked.listed) else 0
        self._chunks: dict[int, Array] = {}

    def strips(self, workers: int, kept: Sequence[Strip] = ()) -> Sequence[Strip]:
        """Return scratch for so many workers, with room for a chunk's episodes.

        It is `kept` where that has as much room: new memory takes time to come.
        """
        if len(kept) == workers and len(kept[0].episode_rows) == self._room:
            return kept
        return [make_strip(self._room) for _ in range(workers)]

    def take(self, start: int, strip: Strip) -> None:
        """Take the episodes of the chunk that begins with row `start` from a worker's scratch.

        Raises
        ------
        RuntimeError
            When there were more than there is room for.
        """
        if strip.listing[0] > self._room:
            raise RuntimeError(f"{strip.listing[0]} episodes are to be listed, and {self._room} can be")
        if strip.listing[0]:
            self._chunks[start] = strip.episode_rows[: strip.listing[0]].copy()
            strip.listing[0] = 0

    def rows(self) -> Array:
        """Return all of them in the order of chunks, shape (episodes, fields)."""
        chunks = [self._chunks[start] for start in sorted(self._chunks)]
        return np.concatenate(chunks) if chunks else np.zeros((0, len(Listed)), np.int64)


def episodes_of(
    rows: Array, asked: Asked, practice_market: Ints, by: Ints, base: int, followers: Sequence[int]
) -> NDArray[np.int64]:
    """Return the episodes that one arm asked for, by person.

    Parameters
    ----------
    rows : int64, shape (episodes, fields)
        Of a family of arms.
    asked : Asked
        By the arm.
    practice_market : int64, shape (practices,)
    by : int64, shape (markets,)
        Arm that works out the year of each market's touched people for the arm.
    base : int
        Arm that all follow.
    followers : sequence of int
        Arms in the order of their sources.
    """
    source = np.zeros(max(base, *by.tolist(), 0) + 1, np.int64)
    source[base] = FIRST_FOLLOWER - 1
    for place, arm in enumerate(followers):
        if arm < len(source):
            source[arm] = FIRST_FOLLOWER + place
    practice, kind = rows[:, Listed.PRACTICE], rows[:, Listed.KIND]
    its_own = source[by[practice_market]][practice]
    lived = (rows[:, Listed.SOURCE] == 0) | (rows[:, Listed.SOURCE] == its_own)
    mine = np.flatnonzero(lived & (np.array(asked.listed)[practice] >> kind & 1 > 0))
    by_person = np.argsort(rows[:, Listed.ROW][mine], kind="stable")
    found: NDArray[np.int64] = rows.take(mine[by_person], axis=0)  # far quicker than by an index
    found[:, Listed.SOURCE] = 0
    return found


def answers_of(answers: Sequence[Array]) -> Array:
    """Return what specialists do in several arms as one array; ones for arms without, if any has some."""
    some = next((one for one in answers if len(one)), answers[0])
    return np.stack([one if len(one) else np.ones_like(some) for one in answers])


def regions(lived: Tally) -> tuple[Tally, Tally]:
    """Return the sums of everybody, and of those who are not touched, of an arm that is followed."""
    untouched = Tally(*(sums[: len(sums) // 2] for sums in lived))
    whole = Tally(*(sums[: len(sums) // 2] + sums[len(sums) // 2 :] for sums in lived))
    return whole, untouched


def sums_of(followers: Followers, place: int) -> Tally:
    """Return the sums of one of the arms that follow."""
    return Tally(*(getattr(followers, name)[place] for name in Tally._fields))


def mixed(
    by: Ints, base: int, whole: Tally, untouched: Tally, lived: Mapping[int, Tally], practice_market: Ints
) -> Tally:
    """Return the sums of an arm whose markets different arms work out, `by` of shape (markets,)."""
    found = Tally(*(sums.copy() for sums in whole))
    of_place = by[np.concatenate([practice_market, np.arange(len(by))])]
    for arm in np.unique(by[by != base]).tolist():
        for name, into in found._asdict().items():
            if not into.size:
                continue
            mine, rest = getattr(lived[arm], name), getattr(untouched, name)
            if name == "referred":
                where = of_place[: len(practice_market)] == arm
                into[:, where] = rest[:, where] + mine[:, where]
            else:
                # Sums by month and of those who are served are of practices alone.
                where = of_place[: len(into)] == arm
                into[where] = rest[where] + mine[where]
    return found


def only(asked: Asked, sums: Tally, all_asked: Asked) -> Tally:
    """Return what an arm asked for of the sums that all together have asked for."""
    if asked == all_asked:
        return sums
    wanted = {
        "monthly": any(asked.monthly),
        "referred": asked.referred,
        "types": asked.types,
        "served": asked.served,
    }
    kept = sums._replace(**{name: getattr(sums, name)[:0] for name, wants in wanted.items() if not wants})
    if wanted["monthly"] and asked.monthly != all_asked.monthly:
        of_mine = np.array(asked.monthly, np.int64)[:, None, None, None]
        kept = kept._replace(monthly=sums.monthly * of_mine)
    return kept
