"""Parameter uncertainty: draws have the stated mean and spread and do not disturb each other."""

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence, parse_evidence
from sim.inputs.evidence_draw import draw_evidence
from sim.kernels.draws import make_key

HEAD = 'unit = "1"\nsource = "a test"\ngrade = "D"\nscope = "world"\nmin = -100\nmax = 100\n'


def _plain(value):
    return [float(one) for one in value] if np.ndim(value) else value


def _text(**distributions):
    return "".join(
        f'[x.{name}]\ntitle = "{name}"\n{HEAD}value = {_plain(value)}\n'
        f'spread = "parameter"\ndistribution = {dist}\n'
        for name, (value, dist) in distributions.items()
    )


def book(**distributions):
    return parse_evidence({"test.toml": _text(**distributions)})


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


def table(dist, values=(2.0, 3.0, 0.0, 4.0), replicates=400):
    evidence = book(t=(list(values), dist))
    return np.array([draw_evidence(evidence, make_key(3, r)).array("x.t") for r in range(replicates)])


def test_values_of_a_list_move_each_by_itself():
    drawn = table('{ dist = "normal", cv = 0.1 }')
    apart = np.corrcoef(drawn[:, [0, 1, 3]].T)[np.triu_indices(3, 1)]
    assert np.abs(apart).max() < 4 / 400**0.5
    assert drawn.std(axis=0) == pytest.approx([0.2, 0.3, 0.0, 0.4], rel=0.15)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "uniform"])
def test_values_said_to_move_together_do_so(kind):
    spread = "low = 0.5, high = 9.0" if kind == "uniform" else "sd = 0.2"
    drawn = table(f'{{ dist = "{kind}", {spread}, together = true }}', (2.0, 3.0, 4.0))
    ranks = np.argsort(np.argsort(drawn, axis=0), axis=0)
    assert np.array_equal(ranks[:, 0], ranks[:, 1])
    assert np.array_equal(ranks[:, 0], ranks[:, 2])
    assert len(np.unique(drawn[:, 0])) == len(drawn)


@pytest.mark.parametrize(("kind", "values"), [("normal", 1.0), ("lognormal", 1.0), ("beta", 0.1)])
def test_a_value_without_spread_stays_where_it_is(kind, values):
    stated = np.array([2.0, 3.0, 0.0, 4.0]) * values
    for spread in ("cv = 0.1", "sd = [0.02, 0, 0, 0.1]"):
        drawn = table(f'{{ dist = "{kind}", {spread} }}', stated, replicates=50)
        still = stated == 0.0 if spread.startswith("cv") else np.array([False, True, True, False])
        assert (drawn[:, still] == stated[still]).all()
        assert (drawn[:, ~still].std(axis=0) > 0.0).all()


def test_a_value_by_year_keeps_its_quantile():
    text = f'[x.a]\n{HEAD}values = {{ 2027 = 1.0, 2030 = 2.0 }}\nspread = "parameter"\n'
    evidence = parse_evidence({"a.toml": text + 'distribution = { dist = "normal", cv = 0.1 }\n'})
    drawn = draw_evidence(evidence, make_key(1, 1))
    assert drawn.number("x.a", 2030) == pytest.approx(2.0 * drawn.number("x.a", 2027))


def uncertain():
    """Return the entries that a draw must move."""
    evidence = load_evidence()
    return [e for e in evidence if e.spread == "parameter" and e.distribution["dist"] != "fixed"]


def stated_spread(entry, value):
    """Return the standard deviation that an entry states for each of its values."""
    said = entry.distribution
    if said["dist"] == "dirichlet":
        share = value / value.sum()
        return value.sum() * np.sqrt(share * (1.0 - share) / (said["concentration"] + 1.0))
    return np.broadcast_to(said["sd"] if "sd" in said else said["cv"] * np.abs(value), value.shape)


@pytest.fixture(scope="module")
def draws():
    """Return 2,000 draws of all evidence."""
    evidence = load_evidence()
    return [draw_evidence(evidence, make_key(11, replicate)) for replicate in range(2000)]


@pytest.mark.parametrize("entry", uncertain(), ids=lambda entry: entry.key)
def test_every_uncertain_parameter_varies_as_it_states(entry, draws):
    value = np.asarray(entry.at(2027))
    moved = np.array([one.value(entry.key, 2027) for one in draws]) - value
    wanted = stated_spread(entry, value)
    assert wanted.any()
    # Of 2,000 draws, a standard deviation has an error of 1.6 %, more where the distribution has a long tail.
    np.testing.assert_allclose(moved.std(axis=0), wanted, rtol=0.1, atol=0)
    assert (np.abs(moved.mean(axis=0)) <= 4.5 * wanted / len(draws) ** 0.5).all()


def test_lists_of_evidence_move_apart_or_together_as_they_state(draws):
    for entry in uncertain():
        value = np.asarray(entry.at(2027))
        if not value.ndim or entry.distribution["dist"] == "dirichlet":
            continue
        moved = stated_spread(entry, value) > 0.0
        drawn = np.array([one.array(entry.key, 2027)[moved] for one in draws])
        if moved.sum() > 1:
            shared = np.corrcoef(drawn.T)[np.triu_indices(moved.sum(), 1)]
            together = entry.distribution.get("together", False)
            limits = (0.999, 1.001) if together else (-0.1, 0.1)
            assert limits[0] < shared.min() <= shared.max() < limits[1], entry.key


def test_what_moves_as_one_level_says_so():
    together = {entry.key for entry in uncertain() if entry.distribution.get("together")}
    flows = {"advantage.leave", "advantage.back"}
    assert together == flows | {"effect.physician", "effect.hospital", "effect.high_needs"}


def test_costs_that_are_none_stay_none(draws):
    none = load_evidence().array("conditions.extra_cost") == 0.0
    assert all((one.array("conditions.extra_cost")[none] == 0.0).all() for one in draws[:200])


def test_growth_beyond_the_nations_is_uncertain_for_esrd_alone(draws):
    offset = np.array([one.array("trend.kind_offset") for one in draws])
    assert offset[:, 0].std() == pytest.approx(0.01, rel=0.06)
    assert (offset[:, 1:] == 0.0).all()


def test_the_level_takes_out_what_other_draws_add_to_the_mean():
    shape = (0.5, '{ dist = "normal", sd = 0.05, mean_spending = [0.0, 0.2, -0.4, 1.0] }')
    ages = ([1.0, 2.0], '{ dist = "normal", cv = 0.1, mean_spending = [0.3, 0.0] }')
    fit = "\n[spending.level_fit]\n" + HEAD
    fit += 'value = [2.0, 2.0, 2.0, 2.0]\ndistribution = { dist = "fixed" }\n'
    evidence = parse_evidence({"a.toml": _text(shape=shape, ages=ages) + fit})
    drawn = draw_evidence(evidence, make_key(2, 5))
    moved = drawn.number("x.shape") / 0.5 - 1.0
    older = drawn.array("x.ages")[0] - 1.0
    assert moved != 0.0
    added = np.array([0.0, 0.2, -0.4, 1.0]) * moved + 0.3 * older
    np.testing.assert_allclose(drawn.array("spending.level_fit"), 2.0 / (1.0 + added))


def test_a_draw_depends_on_its_own_name_only():
    one = book(a=(2.0, '{ dist = "normal", sd = 0.5 }'))
    two = book(b=(1.0, '{ dist = "normal", sd = 0.5 }'), a=(2.0, '{ dist = "normal", sd = 0.5 }'))
    key = make_key(5, 0)
    assert draw_evidence(one, key).number("x.a") == draw_evidence(two, key).number("x.a")
    assert draw_evidence(two, key).number("x.a") - 2.0 != draw_evidence(two, key).number("x.b") - 1.0


def test_heterogeneity_fixed_values_and_yearly_shocks_stay():
    before = load_evidence()
    after = draw_evidence(before, make_key(1, 0))
    drawn = {entry.key for entry in uncertain()}
    assert {
        "quality.score",
        "care.referral_top",
        "use.follow_up",
        "trend.shock",
        "spending.cost_slope",
    }.isdisjoint(drawn)
    for entry in before:
        if entry.key not in drawn | {"spending.level_fit"}:
            assert after.entries[entry.key] is entry


def test_how_far_agents_differ_is_itself_uncertain():
    drawn = {entry.key for entry in uncertain()}
    spreads = {"aco_efficiency", "practice_efficiency", "specialist_efficiency", "market_spread"}
    assert {f"care.{name}" for name in spreads} | {"trend.market"} <= drawn


def test_what_acts_on_nothing_is_not_said_to_be_drawn():
    evidence = load_evidence()
    for key in ("services.target", "episodes.falls"):
        assert evidence.entry(key).distribution == {"dist": "fixed"}


def test_every_entry_can_be_drawn_and_stays_within_its_kind():
    for replicate in range(20):
        after = draw_evidence(load_evidence(), make_key(9, replicate))
        for entry in after:
            for _, value in entry.by_year:
                if isinstance(value, float | np.ndarray):
                    assert np.isfinite(value).all(), entry.key
