"""The generator against its published vectors, quantiles against scipy, every pair of draws independent."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.kernels.draws import (
    Decision,
    draw4,
    draw_rows,
    make_key,
    philox4x32,
    uniforms,
    unit,
    unit52,
)
from sim.kernels.quantiles import (
    binomial,
    binomial_rows,
    normal,
    normal_rows,
    normals,
    poisson,
    poisson_rows,
)

ONES = 0xFFFFFFFF
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0)
# kat_vectors of the Random123 distribution: counter, key, result.
KNOWN_ANSWERS = [
    ((0,) * 6, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@numba.njit
def fill(key, agents, year, decision, number, out):
    for i in range(agents.shape[0]):
        words = draw4(key, agents[i], year, decision, number)
        for lane in range(4):
            out[i, lane] = unit(words[lane])


def block(agents, *, seed=1, replicate=0, year=2027, decision=Decision.LIFE, number=0):
    """Return uniforms of shape (agents, 4)."""
    out = np.empty((len(agents), 4))
    fill(make_key(seed, replicate), agents, year, int(decision), number, out)
    return out


@pytest.mark.parametrize(("given_words", "expected"), KNOWN_ANSWERS)
def test_the_published_vectors(given_words, expected):
    assert tuple(int(word) for word in philox4x32(*given_words)) == expected


def test_a_draw_is_philox_of_who_when_what_and_key():
    seed, replicate, agent, year, decision, number = 0x1234567890ABCDEF, 77, 123_456_789, 2031, 22, 3
    got = draw4(make_key(seed, replicate), agent, year, decision, number)
    counter = (agent, (year << 16) | decision, number, seed >> 32)
    assert got == philox4x32(*counter, seed & ONES, replicate)


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**63),
    st.integers(0, 2**32 - 1),
)
@settings(deadline=None)
def test_draws_of_many_are_those_one_by_one(agents, year, seed, replicate):
    key, code = make_key(seed, replicate), int(Decision.RECOVERY)
    words = np.zeros(4 * len(agents), np.uint32)
    draw_rows(key, np.array(agents, np.uint64), len(agents), year, code, 3, words)
    single = [tuple(draw4(key, agent, year, code, 3)) for agent in agents]
    assert [tuple(four) for four in words.reshape(-1, 4)] == single


def test_quantiles_of_many_are_those_one_by_one():
    random = np.random.default_rng(5)
    n, extra = 3_000, 50
    u, mean = random.random(n), random.gamma(2.0, 2.0, n)
    trials = random.integers(0, 30, n)
    mass, below, count = np.zeros(n + extra), np.zeros(n + extra), np.zeros(n, np.int64)
    poisson_rows(u, mean, n, 12, mass, below, count)
    assert count.tolist() == [poisson(*one, 12) for one in zip(u, mean, strict=True)]
    for chance in (0.0, 0.15, 0.6, 1.0):
        binomial_rows(u, trials, n, chance, mass, below, count)
        assert count.tolist() == [
            binomial(one, many, chance) for one, many in zip(u, trials.tolist(), strict=True)
        ]
    words = random.integers(0, 2**32, 4 * n).astype(np.uint32)
    normal_rows(words, n, count, mass)
    assert mass[:n].tolist() == [normal(unit52(*four[:2])) for four in words.reshape(-1, 4)]


@pytest.mark.parametrize(("seed", "replicate"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**32)])
def test_keys_out_of_range_are_refused(seed, replicate):
    with pytest.raises(ValueError, match="must be between 0 and"):
        make_key(seed, replicate)


def test_decision_codes_are_unique_and_fit_their_sixteen_bits():
    values = [decision.value for decision in Decision.__members__.values()]
    assert len(set(values)) == len(values)
    assert 0 < min(values) <= max(values) < 2**16


def test_units_are_strictly_between_0_and_1():
    for lowest, highest in ((unit(0), unit(ONES)), (unit52(0, 0), unit52(ONES, ONES))):
        assert 0.0 < lowest < 1e-9
        assert 1.0 - 1e-9 < highest < 1.0
        assert np.isclose(lowest, 1.0 - highest, rtol=1e-3)
    assert np.isfinite(normal(unit52(0, 0)))
    assert np.isfinite(normal(unit52(ONES, ONES)))


@settings(deadline=None)
@given(st.integers(0, ONES), st.integers(0, ONES))
def test_units_keep_order_and_words(high, low):
    assert unit(high) == (high + 0.5) / 2**32
    top, bottom = high >> 6, low >> 6
    assert unit52(high, low) == (top * 2**26 + bottom + 0.5) / 2**52


def test_normal_is_the_normal_quantile():
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 4001), 10.0 ** -np.arange(1, 16), [0.075, 0.925, 0.5]])
    got = np.array([normal(float(one)) for one in u])
    np.testing.assert_allclose(got, stats.norm.ppf(u), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.3, 1.0, 3.2, 12.0])
def test_poisson_is_the_quantile_up_to_its_most(mean):
    u = np.linspace(0.0005, 0.9995, 1000)
    for most in (3, 40):
        got = [poisson(float(one), mean, most) for one in u]
        assert got == np.minimum(stats.poisson.ppf(u, mean), most).tolist()


@pytest.mark.parametrize("trials", [0, 1, 4, 41])
@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5, 0.97, 1.0])
def test_binomial_is_the_quantile(trials, chance):
    u = np.linspace(0.0005, 0.9995, 1000)
    got = [binomial(float(one), trials, chance) for one in u]
    assert got == stats.binom.ppf(u, trials, chance).tolist()


def test_draws_of_few_agents_are_the_same_draws():
    agents = np.array([0, 3, 11])
    got = uniforms(make_key(9, 4), agents, 2030, Decision.ACO_TRAITS)
    np.testing.assert_array_equal(
        got, block(agents, seed=9, replicate=4, year=2030, decision=Decision.ACO_TRAITS)
    )
    np.testing.assert_allclose(
        normals(make_key(9, 4), agents, 2030, Decision.ACO_TRAITS), stats.norm.ppf(got), rtol=1e-12
    )


AGENTS = np.arange(20_000)


@pytest.fixture(scope="module")
def streams():
    """Every kind of draw of the same agents, one row each: codes, years, replicates, seeds, draw numbers."""
    blocks = [block(AGENTS, decision=decision) for decision in Decision]
    blocks += [block(AGENTS, year=year) for year in (0, 1, 2026, 2028, 2036)]
    blocks += [block(AGENTS, replicate=replicate) for replicate in (1, 2, 1000)]
    blocks += [block(AGENTS, seed=seed) for seed in (0, 2, 1 + 2**32, 2**63 - 1)]
    blocks += [block(AGENTS, number=number) for number in (1, 2, 7)]
    return np.concatenate(blocks, axis=1).T


def test_every_stream_is_uniform(streams):
    worst = min(stats.kstest(stream, "uniform").pvalue for stream in streams)
    assert worst > 0.01 / len(streams)


def test_no_two_streams_go_together(streams):
    correlation = np.corrcoef(streams)
    np.fill_diagonal(correlation, 0.0)
    # Of about 15,000 pairs the largest is 4 standard errors by chance.
    assert np.abs(correlation).max() < 5.0 / np.sqrt(len(AGENTS))


def test_neighbours_do_not_go_together(streams):
    centred = streams - 0.5
    for lag in (1, 2, 64):
        lagged = (centred[:, :-lag] * centred[:, lag:]).mean(axis=1) * 12.0
        assert np.abs(lagged).max() < 4.5 / np.sqrt(len(AGENTS))


def test_pairs_fill_the_square(streams):
    pairs = streams[:, :19_600].reshape(len(streams), -1, 2)
    for stream in pairs:
        counts = np.histogram2d(*stream.T, bins=14, range=((0, 1), (0, 1)))[0]
        assert stats.chisquare(counts.ravel()).pvalue > 0.01 / len(streams)
