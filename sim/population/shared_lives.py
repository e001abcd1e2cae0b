"""Arms that share people: whom no difference between arms touches lives once for all of them.

The first arm lives everybody, and so does the first of any arms whose health parameters are otherwise. Arms
after it with the same parameters *follow* it, market by market: where an arm does the same, and its people
stand the same, it has the same year; where not, it works out the year of the people who are touched, on
columns of its own in which nobody else is kept (:mod:`sim.kernels.following`). Of the arms that follow, those
that do the same in a market share one life there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chunks import over_chunks
from sim.kernels.following import NOBODY, Followers, take_where
from sim.kernels.health import Health
from sim.kernels.layout import (
    COLUMN_TYPES,
    FIXED_COLUMNS,
    Array,
    People,
    Practices,
    same_practices,
    same_tables,
)
from sim.kernels.strip import Strip
from sim.kernels.tally import NOTHING_FURTHER, Asked, Tally, add
from sim.population.arm_sums import EpisodeList, Wants, answers_of, episodes_of, mixed, only, regions, sums_of
from sim.population.world import World

Ints = NDArray[np.int64]
VARYING = tuple(name for name in People._fields if name not in FIXED_COLUMNS)
# What an arm that follows has of its own.
OWN_COLUMNS = ("attested", "aligned", "cell", "spend", "falls_course")


@dataclass
class _Life:
    """How one arm lives.

    Attributes
    ----------
    people : People
        In an arm that follows, columns of the arm followed but for its own ones, in which only touched people
        are kept, where no other arm works out their year.
    columns : People
        Columns that are no other arm's. In an arm that follows nobody is kept there until asked for.
    followed : int
        Arm that it follows; itself where it lives everybody.
    by : int64, shape (markets,)
        Arm that works out the year of each market's touched people for it: itself, another that does the
        same, or the one it follows, where nobody is touched.
    touched, apart_in_any : uint8, shape (people,)
        In an arm that is followed: who was touched in the latest year, and who stands otherwise in any arm
        that follows.
    complete, filled : bool
        Whether `people`, and `columns`, hold everybody as of the latest year.
    """

    people: People
    columns: People
    followed: int
    by: Ints
    touched: NDArray[np.uint8]
    apart_in_any: NDArray[np.uint8]
    complete: bool
    filled: bool


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
        # Memory is only taken where somebody is kept.
        self._own = {name: np.zeros((arms, n), COLUMN_TYPES[name]) for name in OWN_COLUMNS}
        self._apart = np.zeros((arms, n), np.uint8)
        first = world.branch()
        self._lives = [
            _Life(
                people=first if arm == 0 else self._columns_beside(first, arm),
                columns=first if arm == 0 else self._columns_beside(_empty(first), arm),
                followed=0,
                by=np.zeros(markets, np.int64),
                touched=np.zeros(n if arm == 0 else 0, np.uint8),
                apart_in_any=np.zeros(n if arm == 0 else 0, np.uint8),
                complete=arm == 0,
                filled=arm == 0,
            )
            for arm in range(arms)
        ]
        self._begun = False
        self._strips: Sequence[Strip] = ()

    def _columns_beside(self, followed: People, arm: int) -> People:
        return followed._replace(**{name: own[arm] for name, own in self._own.items()})

    def live(
        self,
        year: int,
        levers: Sequence[tuple[Practices, Health]],
        threads: int = 1,
        asked: Sequence[Asked] = (),
    ) -> list[Tally]:
        """Live one year in all arms and return the exact sums of each; none may be changed.

        Parameters
        ----------
        year : int
        levers : sequence of (Practices, Health)
            What practices do, and health parameters, in each arm.
        threads : int
            Cores to use; no result depends on it.
        asked : sequence of Asked
            Sums that each arm wants beyond those that cost no time; by default none.
        """
        asked = asked or [NOTHING_FURTHER] * len(levers)
        self._part_by_health([health for _, health in levers])
        self._part_by_market([practices for practices, _ in levers])
        sums: list[Tally] = [self.world.zeros()] * len(levers)
        for arm, life in enumerate(self._lives):
            if life.followed == arm:
                self._live_family(arm, year, levers, threads, asked, sums)
        return sums

    def _live_family(
        self,
        arm: int,
        year: int,
        levers: Sequence[tuple[Practices, Health]],
        threads: int,
        of_arms: Sequence[Asked],
        sums: list[Tally],
    ) -> None:
        """Live the year of an arm that is followed and of those that follow it; write down their sums."""
        world, people = self.world, self._lives[arm].people
        followers = self._working_out(arm)
        wants = Wants({o: of_arms[o] for o, life in enumerate(self._lives) if life.followed == arm})
        asked, by = wants.together, {o: self._lives[o].by for o in wants.of_arms}
        tables = world.tables(year, asked)
        tables.referrals.wanted[1] = wants.from_arm(arm, by, world.providers.market)
        tallies = [world.zeros(asked, regions=2 if followers else 1) for _ in range(max(1, threads))]
        following = [self._followers(arm, followers, levers, wants) for _ in tallies]
        listed = EpisodeList(asked, world.n_people, len(followers))
        strips = self._strips = listed.strips(len(tallies), self._strips)
        reference = self._lives[0].people.spend if arm else None

        def task(worker: int, start: int, stop: int) -> int:
            number = world.live_rows(
                people, start, stop, tables, *levers[arm], reference, tallies[worker], following[worker],
                strips[worker],
            )  # fmt: skip
            listed.take(start, strips[worker])
            return number

        over_chunks(task, world.n_people, threads)
        lived = {arm: tallies[0], **{f: sums_of(following[0], j) for j, f in enumerate(followers)}}
        for tally, others in zip(tallies[1:], following[1:], strict=True):
            add(lived[arm], tally)
            for j, f in enumerate(followers):
                add(lived[f], sums_of(others, j))
        self._put_together(arm, followers, lived, sums, listed.rows(), wants)

    def _working_out(self, arm: int) -> list[int]:
        """Return the arms that follow an arm and work out the year of people of their own."""
        return [f for f, life in enumerate(self._lives) if life.followed == arm != f and (life.by == f).any()]

    @property
    def worked_out_apart(self) -> int:
        """People whose latest year was worked out for another arm than the one followed, added over arms."""
        total = 0
        for life in (life for arm, life in enumerate(self._lives) if life.followed == arm):
            touched = np.add.reduceat(life.touched, self.world.first_row[:-1], dtype=np.int64)
            total += sum(
                int(touched[other.by == f].sum())
                for f, other in enumerate(self._lives)
                if other is not life and self._lives[other.followed] is life
            )
        return total

    def people(self, arm: int) -> People:
        """Return an arm's people as they are now, to be looked at until the next year is lived.

        Many of the columns are another arm's too: who wants to change them calls :meth:`set_apart` first.
        """
        life = self._lives[arm]
        if life.complete:
            return life.people
        followed = self._lives[life.followed]
        for market, by in enumerate(life.by.tolist()):
            rows = slice(*self.world.first_row[market : market + 2])
            touched = followed.touched[rows]
            common = np.equal(touched, 0).view(np.uint8)
            for name, columns in self._own.items():
                of_followed = getattr(followed.people, name)[rows]
                if by == life.followed:
                    columns[arm, rows] = of_followed
                    continue
                take_where(common, columns[arm, rows], of_followed)
                if by != arm:
                    take_where(touched, columns[arm, rows], columns[by, rows])
        life.complete = True
        return life.people

    def columns(self, arm: int) -> People:
        """Return columns that are this arm's alone, now and later; :meth:`fill` puts everybody there."""
        return self._lives[arm].columns

    def fill(self, arm: int) -> People:
        """Return the arm's own columns with everybody in place as they are now."""
        life = self._lives[arm]
        if not life.filled:
            people = self.people(arm)
            for name in set(VARYING) - set(OWN_COLUMNS):
                np.copyto(getattr(life.columns, name), getattr(people, name))
            life.filled = True
        return life.columns

    def set_apart(self, arm: int) -> People:
        """Return the arm's own columns, filled: from now on it lives everybody on them by itself."""
        life = self._lives[arm]
        if life.followed == arm:
            for other, who in enumerate(self._lives):
                if other != arm and who.followed == arm:
                    self.set_apart(other)
            return life.people
        self.fill(arm)
        for market in range(self.world.n_markets):
            heirs = [o for o, who in enumerate(self._lives) if o != arm and who.by[market] == arm]
            for heir in heirs:
                self.people(heir)
            for heir in heirs:
                if heir == heirs[0]:
                    self._inherit(heir, arm, market)
                self._lives[heir].by[market] = heirs[0]
        life.people = life.columns
        life.followed = arm
        life.by[:] = arm
        life.touched = np.zeros(self.world.n_people, np.uint8)
        life.apart_in_any = np.zeros(self.world.n_people, np.uint8)
        return life.people

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
                life.people = self._columns_beside(lives[followed].people, arm)
        self._begun = True

    def _first_alike(self, arm: int, healths: list[Health]) -> int | None:
        leading = (other for other in range(arm) if self._lives[other].followed == other)
        return next((other for other in leading if same_tables(healths[arm], healths[other])), None)

    def _part_by_market(self, practices: list[Practices]) -> None:
        """Decide, for every arm that follows, who lives the touched people of each market for it."""
        lives = self._lives

        @cache
        def alike(arm: int, other: int) -> NDArray[np.bool_]:
            same = same_practices(practices[arm], practices[other])
            return np.logical_and.reduceat(same, self.world.providers.first_practice[:-1])

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
        return bool(self._apart[arm, slice(*self.world.first_row[market : market + 2])].any())

    def _inherit(self, arm: int, former: int, market: int) -> None:
        """Take over the people of a market who stand apart in the arm that worked out their years so far."""
        rows = slice(*self.world.first_row[market : market + 2])
        if former == self._lives[arm].followed:
            self._apart[arm, rows] = 0
            return
        apart = self._apart[former, rows]
        self._apart[arm, rows] = apart
        for columns in self._own.values():
            np.copyto(columns[arm, rows], columns[former, rows], where=apart != 0)

    def _followers(
        self, arm: int, followers: list[int], levers: Sequence[tuple[Practices, Health]], wants: Wants
    ) -> Followers:
        """Return the arms that follow an arm as the kernels see them, with sums that are all zero."""
        if not followers:
            return NOBODY
        life, market = self._lives[arm], self.world.providers.market
        lives = np.array([life.by == f for f, life in enumerate(self._lives)], np.uint8)
        differs = np.zeros(self.world.n_practices, np.uint8)
        for f in followers:
            differs |= ~same_practices(levers[f][0], levers[arm][0]) * lives[f][market]
        one, by = self.world.zeros(wants.together), {o: self._lives[o].by for o in wants.of_arms}
        return Followers(
            arm=np.array(followers),
            practices=np.array([levers[f][0][:-1] for f in followers], np.float64),
            answers=answers_of([levers[f][0].answers for f in followers]),
            wanted=np.stack([np.tile(wants.from_arm(f, by, market), (2, 1)) for f in followers]),
            **{
                name: np.zeros((len(followers), *sums.shape), np.int64)
                for name, sums in one._asdict().items()
            },
            lives=lives,
            **self._own,
            apart=self._apart,
            apart_in_any=life.apart_in_any,
            touched=life.touched,
            differs=differs,
        )

    def _put_together(
        self,
        arm: int,
        followers: list[int],
        lived: dict[int, Tally],
        sums: list[Tally],
        listed: Array,
        wants: Wants,
    ) -> None:
        """Put the sums of an arm and of those that follow it together from those touched and those not.

        Each has what it asked for, of what all together have asked for.
        """
        whole, untouched = regions(lived[arm]) if followers else (lived[arm], lived[arm])
        market, wanted = self.world.providers.market, wants.of_arms
        for other, life in enumerate(self._lives):
            if life.followed != arm:
                continue
            twin = next((o for o in range(other) if self._same_lives(other, o)), None)
            if twin is not None and wanted[other] == wanted[twin]:
                sums[other] = sums[twin]
            else:
                alike = (life.by == arm).all()
                mine = whole if alike else mixed(life.by, arm, whole, untouched, lived, market)
                sums[other] = only(wanted[other], mine, wants.together)
                if any(wanted[other].listed):
                    episodes = episodes_of(listed, wanted[other], market, life.by, arm, followers)
                    sums[other] = sums[other]._replace(listed=episodes)
            life.complete = life.filled = other == arm

    def _same_lives(self, arm: int, other: int) -> bool:
        mine, theirs = self._lives[arm], self._lives[other]
        return mine.followed == theirs.followed and np.array_equal(mine.by, theirs.by)


def _empty(people: People) -> People:
    """Return columns in which nobody is kept yet; memory is only taken once somebody is."""
    return people._replace(**{name: np.zeros(len(people.status), COLUMN_TYPES[name]) for name in VARYING})
