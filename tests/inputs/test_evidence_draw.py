"""Parameter uncertainty: draws have the stated mean and spread and do not disturb each other."""

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence, parse_evidence
from sim.inputs.evidence_draw import draw_evidence
from sim.kernels.draws import make_key

HEAD = 'unit = "1"\nsource = "a test"\ngrade = "D"\n'


def book(**distributions):
    text = "".join(
        f'[x.{name}]\ntitle = "{name}"\n{HEAD}value = {value}\nspread = "parameter"\ndistribution = {dist}\n'
        for name, (value, dist) in distributions.items()
    )
    return parse_evidence({"test.toml": text})


CASES = {
    "normal": (2.0, '{ dist = "normal", sd = 0.5 }', 2.0, 0.5),
    "relative": (2.0, '{ dist = "normal", cv = 0.1 }', 2.0, 0.2),
    "lognormal": (3.0, '{ dist = "lognormal", cv = 0.3 }', 3.0, 0.9),
    "beta": (0.2, '{ dist = "beta", sd = 0.05 }', 0.2, 0.05),
    "uniform": (1.0, '{ dist = "uniform", low = 0.0, high = 2.0 }', 1.0, 2.0 / 12**0.5),
    "triangular": (1.0, '{ dist = "triangular", low = 0.0, high = 2.0 }', 1.0, 6**-0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_draws_have_the_stated_mean_and_spread(name):
    value, dist, mean, sd = CASES[name]
    evidence = book(**{name: (value, dist)})
    drawn = np.array([draw_evidence(evidence, make_key(7, r)).number(f"x.{name}") for r in range(2000)])
    assert drawn.mean() == pytest.approx(mean, abs=4 * sd / 2000**0.5)
    assert drawn.std() == pytest.approx(sd, rel=0.06)


def test_a_dirichlet_table_keeps_its_sum_and_its_mean():
    evidence = book(mix=([0.7, 0.2, 0.1], '{ dist = "dirichlet", concentration = 50 }'))
    drawn = np.array([draw_evidence(evidence, make_key(7, r)).array("x.mix") for r in range(1000)])
    assert np.allclose(drawn.sum(axis=1), 1.0)
    assert drawn.mean(axis=0) == pytest.approx([0.7, 0.2, 0.1], abs=0.01)
    assert drawn[:, 0].std() == pytest.approx((0.7 * 0.3 / 51) ** 0.5, rel=0.1)


def test_a_table_moves_as_a_whole():
    drawn = draw_evidence(load_evidence(), make_key(1, 3)).array("effect.physician")
    ratio = drawn / load_evidence().array("effect.physician")
    assert np.ptp(ratio) < 1e-12
    assert abs(ratio[0] - 1.0) > 1e-6


def test_a_draw_depends_on_its_own_name_only():
    one = book(a=(2.0, '{ dist = "normal", sd = 0.5 }'))
    two = book(b=(1.0, '{ dist = "normal", sd = 0.5 }'), a=(2.0, '{ dist = "normal", sd = 0.5 }'))
    key = make_key(5, 0)
    assert draw_evidence(one, key).number("x.a") == draw_evidence(two, key).number("x.a")
    assert draw_evidence(two, key).number("x.a") - 2.0 != draw_evidence(two, key).number("x.b") - 1.0


def test_heterogeneity_and_fixed_values_stay():
    before = load_evidence()
    after = draw_evidence(before, make_key(1, 0))
    assert after.number("care.aco_efficiency") == before.number("care.aco_efficiency")
    assert after.number("spending.cost_slope") == before.number("spending.cost_slope")


def test_every_entry_can_be_drawn_and_stays_within_its_kind():
    for replicate in range(20):
        after = draw_evidence(load_evidence(), make_key(9, replicate))
        for entry in after:
            for _, value in entry.by_year:
                if isinstance(value, float | np.ndarray):
                    assert np.isfinite(value).all(), entry.key
