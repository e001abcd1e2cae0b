"""Arms that share people: whom no difference between arms touches lives once for all of them.

The first arm lives everybody, and so does the first of any arms whose health parameters are otherwise. Arms
after it with the same parameters *follow* it, market by market: where an arm does the same, and its people
stand the same, it has the same year; where not, it lives the people who are touched, on columns of its own in
which nobody else is kept. Of the arms that follow, those that do the same in a market share one life there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chunks import over_chunks
from sim.kernels.health import Health
from sim.kernels.layout import FIXED_COLUMNS, People, Practices, same_tables
from sim.kernels.selection import EVERYBODY, Selection, note_differences, take_over
from sim.kernels.strip import Strip, make_strip
from sim.kernels.tally import NOTHING_FURTHER, Asked, Tally, add
from sim.population.world import World, YearTables

Marks = NDArray[np.uint8]
Ints = NDArray[np.int64]
_NONE = np.empty(0, np.uint8)
VARYING = tuple(name for name in People._fields if name not in FIXED_COLUMNS)


@dataclass
class _Life:
    """How one arm lives.

    Attributes
    ----------
    people : People
        In an arm that follows, only touched people are kept, where no other arm lives them.
    followed : int
        Arm that it follows; itself where it lives everybody.
    by : int64, shape (markets,)
        Arm that lives each market's touched people for it: itself, another that does the same, or the one
        it follows, where nobody is touched.
    apart : uint8, shape (people,)
        In markets that it lives itself, who stands otherwise than in the arm it follows; in an arm that is
        followed, who does in any that follows it.
    touched : uint8, shape (people,)
        In an arm that is followed: who was touched in the latest year.
    complete : bool
        Whether `people` holds everybody as of the latest year.
    """

    people: People
    followed: int
    by: Ints
    apart: Marks
    touched: Marks
    complete: bool = True


class SharedLives:
    """The people of all arms of one replicate.

    Parameters
    ----------
    world : World
        On 1 January of the first performance year; not changed.
    arms : int
        Number of arms; the first is the reference arm.

    Notes
    -----
    Every arm's sums and people are, to the bit, those of the arm lived by itself.
    """

    def __init__(self, world: World, arms: int) -> None:
        self.world = world
        n, markets = world.n_people, world.n_markets
        self._lives = [
            _Life(
                people=world.branch() if arm == 0 else _empty_columns(world.people),
                followed=0,
                by=np.zeros(markets, np.int64),
                apart=np.zeros(n, np.uint8),
                touched=np.zeros(n if arm == 0 else 0, np.uint8),
                complete=arm == 0,
            )
            for arm in range(arms)
        ]
        practices = world.providers.first_practice
        self._first_practice = practices[:-1]
        self._market_of_place = np.concatenate([world.providers.market, np.arange(markets)])
        self._lived_rows = 0
        self._begun = False

    def live(
        self,
        year: int,
        levers: Sequence[tuple[Practices, Health]],
        threads: int = 1,
        asked: Asked = NOTHING_FURTHER,
    ) -> list[Tally]:
        """Live one year in all arms and return the exact sums of each; none may be changed.

        Parameters
        ----------
        year : int
        levers : sequence of (Practices, Health)
            What practices do, and health parameters, in each arm.
        threads : int
            Cores to use; no result depends on it.
        asked : Asked
            Sums wanted beyond those that cost no time.
        """
        self._part_by_health([health for _, health in levers])
        self._part_by_market([practices for practices, _ in levers])
        world, lives = self.world, self._lives
        tables = world.tables(year, asked)
        leading = {arm: self._followers(arm) for arm in range(len(lives)) if lives[arm].followed == arm}
        selections = self._selections(leading, levers)
        workers = max(1, threads)
        tallies = [
            {
                arm: world.zeros(asked, regions=2 if leading.get(arm) else 1)
                for arm in (*leading, *(f for followers in leading.values() for f in followers))
            }
            for _ in range(workers)
        ]
        scratch = [make_strip() for _ in range(workers)]
        before = [_copy_rows(world.people, 0, 0) for _ in range(workers)]

        def task(worker: int, start: int, stop: int) -> int:
            last = np.searchsorted(world.first_row, [start, stop - 1], side="right") - 1
            here = slice(last[0], last[1] + 1)
            rows = 0
            for arm, followers in leading.items():
                near = [f for f in followers if selections[f].lives[here].any()]
                before[worker] = _copy_rows(lives[arm].people, start, stop) if near else before[worker]
                rows += self._live_rows(
                    arm,
                    start,
                    stop,
                    tables,
                    levers[arm],
                    tallies[worker][arm],
                    selections[arm],
                    scratch[worker],
                )
                if followers:
                    lives[arm].apart[start:stop] = 0
                for f in near:
                    take_over(lives[f].people, before[worker], start, stop, lives[f].apart, selections[f])
                    rows += self._live_rows(
                        f, start, stop, tables, levers[f], tallies[worker][f], selections[f], scratch[worker]
                    )
                    note_differences(
                        lives[f].people,
                        lives[arm].people,
                        start,
                        stop,
                        lives[f].apart,
                        lives[arm].apart,
                        selections[f],
                    )
            return rows

        self._lived_rows += over_chunks(task, world.n_people, threads)
        for others in tallies[1:]:
            for arm, tally in others.items():
                add(tallies[0][arm], tally)
        for arm, life in enumerate(lives):
            life.complete = life.followed == arm
        return self._sums_of_arms(tallies[0], leading)

    def columns(self, arm: int) -> People:
        """Return an arm's columns themselves, in which not everybody is in place: see :meth:`people`."""
        return self._lives[arm].people

    @property
    def lived_rows(self) -> int:
        """Beneficiary-years lived so far; a person who lives once for several arms counts once."""
        return self._lived_rows

    def people(self, arm: int) -> People:
        """Return an arm's people as they are now, everybody in place; they must not be changed.

        Who wants to change them calls :meth:`set_apart` first.
        """
        life = self._lives[arm]
        if life.complete:
            return life.people
        followed = self._lives[life.followed]
        for market, by in enumerate(life.by.tolist()):
            rows = slice(*self.world.first_row[market : market + 2])
            touched = followed.touched[rows] != 0
            for name in VARYING:
                own, common = getattr(life.people, name)[rows], getattr(followed.people, name)[rows]
                if by == life.followed:
                    own[:] = common
                    continue
                np.copyto(own, common, where=~touched)
                if by != arm:
                    np.copyto(own, getattr(self._lives[by].people, name)[rows], where=touched)
        life.complete = True
        return life.people

    def set_apart(self, arm: int) -> People:
        """Return an arm's people, who may be changed: from now on the arm lives everybody by itself."""
        life = self._lives[arm]
        people = self.people(arm)
        for other, who in enumerate(self._lives):
            if other != arm and who.followed == arm:
                self.set_apart(other)
        for market in range(self.world.n_markets):
            heirs = [o for o, who in enumerate(self._lives) if o != arm and who.by[market] == arm]
            for heir in heirs:
                self.people(heir)
            for heir in heirs:
                self._inherit(heirs[0], arm, market)
                self._lives[heir].by[market] = heirs[0]
        life.followed = arm
        life.by[:] = arm
        life.apart = np.zeros(self.world.n_people, np.uint8)
        life.touched = np.zeros(self.world.n_people, np.uint8)
        return people

    def _live_rows(
        self,
        arm: int,
        start: int,
        stop: int,
        tables: YearTables,
        levers: tuple[Practices, Health],
        tally: Tally,
        selection: Selection,
        scratch: Strip,
    ) -> int:
        reference = self._lives[0].people.spend if arm else None
        return self.world.live_rows(
            self._lives[arm].people, start, stop, tables, *levers, reference, tally, selection, scratch
        )

    def _followers(self, arm: int) -> list[int]:
        """Return the arms that follow an arm and live people of their own."""
        return [f for f, life in enumerate(self._lives) if life.followed == arm != f and (life.by == f).any()]

    def _part_by_health(self, healths: list[Health]) -> None:
        """Let every arm follow the first one whose health parameters have been the same in all years."""
        lives = self._lives
        for arm, life in enumerate(lives):
            if life.followed == arm or same_tables(healths[arm], healths[life.followed]):
                continue
            followed = None if self._begun else self._first_alike(arm, healths)
            if followed is None:
                self.set_apart(arm)
            else:
                life.followed = followed
                life.by[:] = followed
        self._begun = True

    def _first_alike(self, arm: int, healths: list[Health]) -> int | None:
        leading = (other for other in range(arm) if self._lives[other].followed == other)
        return next((other for other in leading if same_tables(healths[arm], healths[other])), None)

    def _part_by_market(self, practices: list[Practices]) -> None:
        """Decide, for every arm that follows, who lives the touched people of each market for it."""
        lives = self._lives

        @cache
        def alike(arm: int, other: int) -> NDArray[np.bool_]:
            same = np.ones(self.world.n_practices, np.bool_)
            for mine, theirs in zip(practices[arm], practices[other], strict=True):
                same &= mine == theirs
            return np.logical_and.reduceat(same, self._first_practice)

        before = [life.by.copy() for life in lives]
        for arm, life in enumerate(lives):
            followed = life.followed
            if followed == arm:
                continue
            clean = alike(arm, followed)
            for market in range(self.world.n_markets):
                by = int(before[arm][market])
                stands_alike = by == followed or not self._apart_in(by, market)
                if clean[market] and stands_alike:
                    life.by[market] = followed
                    continue
                # An earlier arm that came from the same people and does the same now, or this one.
                life.by[market] = next(
                    (
                        other
                        for other in range(arm)
                        if lives[other].followed == followed
                        and before[other][market] == by
                        and lives[other].by[market] == other
                        and alike(arm, other)[market]
                    ),
                    arm,
                )
                if life.by[market] == arm != by:
                    self._inherit(arm, by, market)

    def _apart_in(self, arm: int, market: int) -> bool:
        return bool(self._lives[arm].apart[slice(*self.world.first_row[market : market + 2])].any())

    def _inherit(self, arm: int, former: int, market: int) -> None:
        """Take over the people of a market who stood apart in the arm that lived them until now."""
        rows = slice(*self.world.first_row[market : market + 2])
        life, source = self._lives[arm], self._lives[former]
        if former == life.followed:
            life.apart[rows] = 0
            return
        life.apart[rows] = source.apart[rows]
        apart = np.flatnonzero(source.apart[rows]) + rows.start
        for name in VARYING:
            getattr(life.people, name)[apart] = getattr(source.people, name)[apart]

    def _selections(
        self, leading: dict[int, list[int]], levers: Sequence[tuple[Practices, Health]]
    ) -> dict[int, Selection]:
        """Return whose year each arm lives."""
        lives, chosen = self._lives, {}
        market = self.world.providers.market
        for arm, followers in leading.items():
            if not followers:
                chosen[arm] = EVERYBODY
                continue
            differs = np.zeros(self.world.n_practices, np.uint8)
            for f in followers:
                own = (lives[f].by == f).astype(np.uint8)
                for mine, theirs in zip(levers[f][0], levers[arm][0], strict=True):
                    differs |= (mine != theirs) * own[market]
                chosen[f] = Selection(_NONE, _NONE, lives[arm].touched, own)
            chosen[arm] = Selection(differs, lives[arm].apart, lives[arm].touched, _NONE)
        return chosen

    def _sums_of_arms(self, lived: dict[int, Tally], leading: dict[int, list[int]]) -> list[Tally]:
        """Put each arm's sums together from those who were touched and those who were not."""
        whole, untouched = {}, {}
        for arm, followers in leading.items():
            whole[arm], untouched[arm] = _regions(lived[arm]) if followers else (lived[arm], lived[arm])
        found: list[Tally] = []
        for arm, life in enumerate(self._lives):
            alike = (o for o in range(arm) if self._same_lives(arm, o))
            twin = next(alike, None)
            if life.followed == arm:
                found.append(whole[arm])
            elif twin is not None:
                found.append(found[twin])
            else:
                base = life.followed
                found.append(self._mixed(life.by, base, whole[base], untouched[base], lived))
        return found

    def _same_lives(self, arm: int, other: int) -> bool:
        mine, theirs = self._lives[arm], self._lives[other]
        return mine.followed == theirs.followed and np.array_equal(mine.by, theirs.by)

    def _mixed(self, by: Ints, base: int, whole: Tally, untouched: Tally, lived: dict[int, Tally]) -> Tally:
        mixed = Tally(*(sums.copy() for sums in whole))
        of_place = by[self._market_of_place]
        for arm in np.unique(by[by != base]).tolist():
            for name, into in mixed._asdict().items():
                if not into.size:
                    continue
                mine, rest = getattr(lived[arm], name), getattr(untouched, name)
                if name == "referred":
                    where = of_place[: self.world.n_practices] == arm
                    into[:, where] = rest[:, where] + mine[:, where]
                else:
                    where = of_place == arm
                    into[where] = rest[where] + mine[where]
        return mixed


def _regions(lived: Tally) -> tuple[Tally, Tally]:
    """Return the sums of everybody, and of those who are not touched, of an arm that is followed."""
    untouched = Tally(*(sums[: len(sums) // 2] for sums in lived))
    whole = Tally(*(sums[: len(sums) // 2] + sums[len(sums) // 2 :] for sums in lived))
    return whole, untouched


def _empty_columns(people: People) -> People:
    """Return columns in which nobody is kept yet; memory is only taken where somebody will be."""
    return People(
        **{
            name: column if name in FIXED_COLUMNS else np.zeros(len(column), column.dtype)
            for name, column in people._asdict().items()
        }
    )


def _copy_rows(people: People, start: int, stop: int) -> People:
    """Return a copy of some rows."""
    return People(*(column[start:stop].copy() for column in people))
