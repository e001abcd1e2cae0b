"""Episodes under an arrangement: which count, what they cost, and who leads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.inputs.cara_terms import CLASSES, CaraTerms
from sim.inputs.evidence import Evidence
from sim.kernels.codes import N_EPISODES, Listed
from sim.kernels.led import add_led
from sim.policy.cara_episodes import dropped, goes_first, without_outliers
from sim.population.health import DAYS_A_MONTH, specialty_of_episodes
from sim.population.world import World
from sim.settlement.cara_agreed import EVERYBODY, Agreed
from sim.settlement.program import Flags, Floats, Ints

QUARTERS = 4


@dataclass(frozen=True, eq=False)
class Led:
    """Episodes under an arrangement by who leads them; int64 arrays of shape (rows,).

    Attributes
    ----------
    aco, kind, specialist : int64 arrays
    count : int64 array
    cost, expected : int64 arrays
        Cents of the services that count, in CMS's window, and what CMS expected of them.
    count_by, cost_by, expected_by : int64 arrays, shape (rows, 4)
        The same of what was begun by the end of each quarter. Of a chronic episode, which lasts all year,
        cents come evenly.
    dropped : int64 array, shape (acos, episodes)
        Episodes under arrangements that do not count.
    """

    aco: Ints
    kind: Ints
    specialist: Ints
    count_by: Ints
    cost_by: Ints
    expected_by: Ints
    dropped: Ints

    @property
    def count(self) -> Ints:
        """Episodes of the year."""
        return self.count_by[:, -1]

    @property
    def cost(self) -> Ints:
        """Cents of the year."""
        return self.cost_by[:, -1]

    @property
    def expected(self) -> Ints:
        """Cents expected of the year."""
        return self.expected_by[:, -1]


class Kinds:
    """What is known of each kind of episode, arrays of shape (episodes,).

    Attributes
    ----------
    of_class : int64 array
        Place in :data:`sim.inputs.cara_terms.CLASSES`.
    specialty : int64 array
        That leads it.
    before, after : float64 arrays
        Months of CMS's window.
    low, high, kept : float64 arrays
        Percentiles of cost over expected cost beyond which an episode is an outlier, and the mean of that
        ratio where outliers do not count.
    """

    def __init__(self, evidence: Evidence) -> None:
        names = evidence.words("episodes.class")
        self.of_class = np.array([CLASSES.index(name) for name in names], np.int64)
        self.specialty = specialty_of_episodes(evidence)
        self.before, self.after = (
            evidence.array(f"episodes.days_{side}") / DAYS_A_MONTH for side in ("before", "after")
        )
        self.low, self.high, self.kept = (
            evidence.array(f"episodes.outlier_{name}") for name in ("low", "high", "kept")
        )


def led_under(
    listed: Ints,
    own: Floats,
    practice_aco: Ints,
    stated: Agreed,
    in_lead: Flags,
    terms: CaraTerms,
    kinds: Kinds,
    world: World,
    held: Flags | None = None,
) -> Led:
    """Gather episodes of each ACO's aligned people by the specialists it has an arrangement with.

    Parameters
    ----------
    listed : int64, shape (episodes, fields)
        By :class:`sim.kernels.codes.Listed`.
    own : float64, shape (practices, episodes, referred)
        What who leads an episode makes of its cost.
    practice_aco : int64, shape (practices,)
    stated : Agreed
    in_lead : bool, shape (acos,)
        ACOs that LEAD settles this year.
    terms : CaraTerms
    kinds : Kinds
    world : World
    held : bool, shape (acos, episodes, specialists), optional
        With whom, where specialists decide; otherwise as :func:`contracted` has it.
    """
    leads = world.providers.specialists.by_specialty[:, kinds.specialty]
    number = len(world.providers.specialists.market)
    contract = practice_aco[:, None] * N_EPISODES + np.arange(N_EPISODES)
    arranged = np.broadcast_to(stands(stated, in_lead)[practice_aco][..., None], leads.shape)
    if held is not None or (stated.covered & (stated.most < EVERYBODY)).any():
        has_one = contracted(practice_aco, stated, kinds, world) if held is None else held
        arranged = arranged & has_one.reshape(-1, number)[contract[..., None], leads]
    # Contract and specialist of each practice, kind and place; -1 where nothing is arranged.
    keys = np.where(arranged, contract[..., None] * number + leads, -1)
    at = (listed[:, Listed.PRACTICE] * N_EPISODES + listed[:, Listed.KIND]) * leads.shape[-1]
    at += listed[:, Listed.PLACE]
    key = keys.take(at)
    if (key < 0).any():
        mine = np.flatnonzero(key >= 0)
        listed, at, key = listed.take(mine, axis=0), at[mine], key[mine]
    kind, month = listed[:, Listed.KIND], listed[:, Listed.MONTH]
    of_class = kinds.of_class[kind]
    cost = np.rint(listed[:, Listed.RELATED] * own.take(at))
    expected = listed[:, Listed.EXPECTED].astype(np.float64)
    counts = ~dropped(
        listed[:, Listed.STATE], of_class, left=terms.drops_left, died=terms.drops_died, esrd=terms.drops_esrd
    )
    if terms.excludes_outliers:
        cost, inside = without_outliers(cost, expected, of_class, low=kinds.low[kind], high=kinds.high[kind])
        counts &= inside
        expected *= kinds.kept[kind]
    if stated.exclusive.any():
        first = np.flatnonzero(counts)
        counts[first] = ~stated.exclusive.take(key[first] // number) | goes_first(
            listed[first, Listed.ROW],
            of_class[first],
            month[first],
            before=kinds.before[kind[first]],
            after=kinds.after[kind[first]],
        )
    met = np.zeros(stated.covered.size * number, bool)
    met[key[counts]] = True
    rows = np.flatnonzero(met)
    sums = np.zeros((3, len(rows), QUARTERS), np.int64)
    add_led((np.cumsum(met) - 1)[key], counts, month, cost, expected, sums)
    lost = np.bincount(key[~counts] // number, minlength=stated.covered.size)
    of_contract, specialist = np.divmod(rows, number)
    aco, of_kind = np.divmod(of_contract, N_EPISODES)
    return Led(aco, of_kind, specialist, sums[0], sums[1], sums[2], lost.reshape(stated.covered.shape))


def stands(stated: Agreed, in_lead: Flags) -> Flags:
    """Return which kinds of episode are arranged, shape (acos + 1, episodes); nothing in the last row.

    A practice without an ACO is in row -1.
    """
    return np.vstack([stated.covered & in_lead[:, None], np.zeros(N_EPISODES, bool)])


def contracted(practice_aco: Ints, stated: Agreed, kinds: Kinds, world: World) -> Flags:
    """Return with whom each ACO has an arrangement if it has one, shape (acos, episodes, specialists).

    Those to whom its practices refer most people of the specialty, as many as it has arranged with.
    """
    made, lives = world.providers.specialists, world.providers.lives.sum(axis=1)
    found = np.ones((*stated.most.shape, len(made.market)), dtype=bool)
    for aco, kind in np.argwhere(stated.covered & (stated.most < EVERYBODY)).tolist():
        own = practice_aco == aco
        people = np.zeros(len(made.market))
        np.add.at(people, made.by_specialty[own, kinds.specialty[kind]], lives[own, None] * made.share[own])
        rank = np.argsort(-people, kind="stable")
        found[aco, kind] = False
        found[aco, kind, rank[: stated.most[aco, kind]]] = True
    return found
