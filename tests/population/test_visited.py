"""Who was seen where, against a plain count, and against the year's sums."""

from __future__ import annotations

from collections import Counter

import numpy as np
from little_world import scenario

from sim.kernels.codes import Sum
from sim.model import LeadModel
from sim.population.experience import added_by
from sim.population.visited import visited


def test_visits_and_spending_are_all_there_by_practice_and_by_whose_people_they_are():
    model = LeadModel(scenario(), "no_aco")
    model.step()
    people, world, lists = model.people, model.world, model.practice_aco()
    n_groups = 3 + world.n_markets
    group = np.where(lists >= 0, lists, 3 + world.providers.market)
    seen = visited(people, world.first_row, group, n_groups)
    visits, spend = Counter(), Counter()
    for i in np.flatnonzero(people.months > 0).tolist():
        aligned = int(people.aligned[i])
        whose = int(group[aligned]) if aligned >= 0 else 3 + int(people.market[i])
        main, other = int(people.last_main[i]), int(people.last_other[i])
        if main >= 0:
            visits[main, whose] += int(people.last_main_visits[i])
            spend[main, whose] += int(people.spend[i])
        if other >= 0:
            visits[other, whose] += int(people.last_other_visits[i])
    pairs = list(zip(seen.practice.tolist(), seen.group.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert dict(zip(pairs, seen.visits.tolist(), strict=True)) == {pair: visits[pair] for pair in pairs}
    assert dict(zip(pairs, seen.spend.tolist(), strict=True)) == {pair: spend[pair] for pair in pairs}
    assert sum(visits.values()) == seen.visits.sum()
    # The kernel's sums count the same visits.
    place = np.concatenate([group, np.arange(3, n_groups)])
    care = added_by(place, n_groups, model.history[2027].care).sum(axis=1)
    np.testing.assert_array_equal(np.bincount(seen.group, seen.visits, n_groups), care[:, Sum.PQEM_VISITS])
    assert (np.bincount(seen.group, seen.spend, n_groups) <= care[:, Sum.SPEND]).all()
    assert seen.spend.sum() > 0.9 * care[:, Sum.SPEND].sum()
