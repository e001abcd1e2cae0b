"""How practices differ in the care they give: stays, readmissions, follow-up, and clinical control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.draws import Decision, Key
from sim.kernels.quantiles import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# However far a practice is from the mean, some stays are left, and no more than so many.
LEAST_LEFT, MOST = 0.05, 5.0


@dataclass(frozen=True, eq=False)
class Habits:
    """What patients of each practice can expect; float64 arrays of shape (practices,).

    Attributes
    ----------
    stays
        Factor on how many acute events there are.
    price
        Factor on what care costs: what it takes that the average patient costs what `efficiency` says.
    readmission
        Chance that a further stay is within 30 days of the one before.
    follow_up
        Chance of a timely follow-up.
    glycemic_poor, pressure_controlled
        Shares of patients with diabetes and with hypertension.
    """

    stays: Floats
    price: Floats
    readmission: Floats
    follow_up: Floats
    glycemic_poor: Floats
    pressure_controlled: Floats


#: Habits that the kernels read as they are.
CARE_HABITS = ("readmission", "follow_up", "glycemic_poor", "pressure_controlled")
#: By habit, the measure whose spread it has, and its sign: where the ACO stands high, less is better or more.
_MEASURES = {
    "stays": ("UAMCC", -1.0),
    "readmission": ("ACR", -1.0),
    "follow_up": ("TFU", 1.0),
    "glycemic_poor": ("glycemic_status", -1.0),
    "pressure_controlled": ("blood_pressure", 1.0),
}
#: Habits that go together, by the entry that says how closely; each group has its own number of a draw.
_TOGETHER = {
    "care": ("stays", "readmission", "follow_up"),
    "electronic": ("glycemic_poor", "pressure_controlled"),
}


def draw_habits(aco: Ints, market: Ints, lives: Floats, n_acos: int, evidence: Evidence, key: Key) -> Habits:
    """Draw how practices differ: an ACO's practices have something in common, and each its own.

    Parameters
    ----------
    aco, market : int64, shape (practices,)
        ACO it would take part with, or -1, and market.
    lives : float64, shape (practices,)
    n_acos : int
    evidence : Evidence
        Keys ``quality.measure_spread.*``, ``quality.together.*``, ``quality.within``, ``use.*``.
    key : Key
        Replicate's key.

    Notes
    -----
    The mean over the practices of an ACO is the ACO's own, whose mean over ACOs is the nation's; practices of
    no ACO have the nation's mean in each market.
    """
    standing = _standing(np.arange(n_acos), Decision.ACO_HABITS, evidence, key)
    further = _standing(np.arange(len(aco)), Decision.PRACTICE_HABITS, evidence, key)
    group = np.where(aco >= 0, aco, n_acos + market)
    total = np.bincount(group, lives)[group]
    within = evidence.number("quality.within")
    factors: dict[str, Floats] = {}
    for habit, (measure, sign) in _MEASURES.items():
        spread = evidence.number(f"quality.measure_spread.{measure}")
        common = np.append(_factor(spread, sign * standing[habit]), 1.0)[aco]
        own = _factor(within * spread, sign * further[habit])
        weighed = np.bincount(group, lives * own)[group]
        # Where nobody lives there is nothing to keep the mean of.
        level = np.divide(total, weighed, out=np.ones_like(weighed), where=weighed > 0.0)
        factors[habit] = common * own * level
    acute = evidence.number("use.acute_part")
    stays = np.clip(factors["stays"], LEAST_LEFT, MOST)
    return Habits(
        stays=stays,
        price=1.0 / (1.0 + acute * (stays - 1.0)),
        **{habit: np.minimum(evidence.number(f"use.{habit}") * factors[habit], 1.0) for habit in CARE_HABITS},
    )


def _standing(ids: Ints, decision: Decision, evidence: Evidence, key: Key) -> dict[str, Floats]:
    """Return where each of `ids` stands in each habit, standard normal, the higher the better."""
    found: dict[str, Floats] = {}
    for number, (together, habits) in enumerate(_TOGETHER.items()):
        draws = normals(key, ids, number, decision)
        common = evidence.number(f"quality.together.{together}")
        for place, habit in enumerate(habits):
            found[habit] = np.sqrt(common) * draws[:, 0] + np.sqrt(1.0 - common) * draws[:, 1 + place]
    return found


def _factor(spread: float, standing: Floats) -> Floats:
    """Return log-normal factors of mean one."""
    variance = np.log1p(spread**2)
    return np.asarray(np.exp(np.sqrt(variance) * standing - 0.5 * variance))
