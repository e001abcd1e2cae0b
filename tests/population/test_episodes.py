"""Episodes as their measures count them: how often, at what mean cost, how far spread, how far foreseen."""

import numpy as np
import pytest
from little_world import LIKE_THE_NATION
from worlds import aco, scenario_of

from sim.kernels.codes import EPISODE_NAMES, ReferredSum, Sum
from sim.kernels.layout import copy_people
from sim.kernels.tally import Asked
from sim.start import make_world

YEARS = range(2027, 2033)
# Relative, of means, spreads and frequencies.
WITHIN = 0.05


@pytest.fixture(scope="module")
def counted():
    """Return evidence, sums by kind at the prices of the first year, and person-years by year."""
    scenario = scenario_of(aco("nation", 150_000), seed=5).replace(LIKE_THE_NATION)
    world = make_world(scenario, 0, 2)
    alike = np.ones(world.n_practices)
    flat = world.untouched()._replace(efficiency=alike, stays_habit=alike)
    people, found, lived = copy_people(world.people), [], []
    for year in YEARS:
        tally, _ = world.live(people, year, flat, None, 2, asked=Asked(referred=True))
        sums = tally.referred.sum(axis=(0, 1, 3)).astype(float)
        price = world.trend.at(year)[0, 3]
        dollars = [ReferredSum.COST, ReferredSum.EXPECTED, ReferredSum.RELATED]
        sums[:, dollars] /= 100.0 * price
        sums[:, ReferredSum.SQUARE] /= price**2
        found.append(sums)
        lived.append(tally.care[..., Sum.MONTHS].sum() / 12.0)
    return scenario.evidence("no_aco"), np.stack(found), np.array(lived)


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(len(EPISODE_NAMES)), ids=EPISODE_NAMES)
def test_frequency_mean_and_spread_are_those_of_the_evidence(counted, kind):
    evidence, by_year, lived = counted
    sums = by_year[:, kind].sum(axis=0)
    count = sums[ReferredSum.COUNT]
    # A twentieth, and what so many episodes leave to chance.
    frequency = by_year[0, kind, ReferredSum.COUNT] / lived[0]
    luck = 2.0 / np.sqrt(by_year[0, kind, ReferredSum.COUNT])
    assert frequency == pytest.approx(evidence.array("episodes.incidence")[kind], rel=WITHIN + luck)
    mean = sums[ReferredSum.RELATED] / count
    assert mean == pytest.approx(evidence.array("episodes.cost")[kind], rel=WITHIN)
    spread = np.sqrt(sums[ReferredSum.SQUARE] / count / mean**2 - 1.0)
    assert spread == pytest.approx(evidence.array("episodes.cv")[kind], rel=WITHIN)


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(len(EPISODE_NAMES)), ids=EPISODE_NAMES)
def test_what_counts_is_on_average_what_is_expected(counted, kind):
    evidence, by_year, _ = counted
    sums = by_year[:, kind].sum(axis=0)
    error = evidence.array("episodes.cv")[kind] / np.sqrt(sums[ReferredSum.COUNT])
    assert sums[ReferredSum.RELATED] / sums[ReferredSum.EXPECTED] == pytest.approx(1.0, abs=3.0 * error)


def test_procedures_count_whole():
    evidence = scenario_of(aco("nation", 1000)).evidence("no_aco")
    procedures = [EPISODE_NAMES.index(name) for name in evidence.words("episodes.procedures")]
    for key, whole in (("known", 1.0), ("spread", 1.0), ("luck", 0.0)):
        assert (evidence.array(f"episodes.related_{key}")[procedures] == whole).all()
    cv = evidence.array("episodes.cv")[procedures]
    assert cv.tolist() == evidence.array("episodes.procedure_cv").tolist()
