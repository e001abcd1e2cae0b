"""Every step of the MSSP's settlement at its edges, for one ACO whose terms can be worked out in the head."""

import numpy as np
import pytest

from sim.policy.mssp import MsspQuality, MsspSettlement, MsspTerms, settle, sharing_steps

PLAIN = {
    "two_sided": True,
    "maximum_share": 0.5,
    "savings_cap": 0.1,
    "loss_rate_lowest": 0.3,
    "loss_rate_highest": 0.75,
    "loss_cap_benchmark": 0.08,
    "loss_cap_revenue": 0.04,
    "share_by_score": False,
    "sequestration": 0.02,
    "reduced_share": 0.5,
    "smallest_for_reduced": 5_000.0,
    "relieved": 0.0,
}
QUALITY = {"score": 0.8, "met": True, "met_alternative": False}
FAILED = {"met": False}
ALTERNATIVE = {"met": False, "met_alternative": True}
LOW = {"low_revenue": True}
# At a scale of a power of two every step is the same to the last bit.
SCALES = (1.0, 2.0**-20)


def outcome(gross, scale=1.0, benchmark=1_000.0, minimum=0.02, lives=5_000.0, **changed):
    """Return every step in units of `scale`: half of what 1,000 saves is shared, 60 % of a loss borne."""
    terms = MsspTerms(**{name: np.array([changed.pop(name, value)]) for name, value in PLAIN.items()})
    quality = MsspQuality(**{name: np.array([changed.pop(name, value)]) for name, value in QUALITY.items()})
    dollars = {
        name: changed.pop(name) * scale for name in ("revenue_usd", "disaster_relief_usd") & changed.keys()
    }
    spent = np.array([(benchmark - gross) * scale])
    done = settle(
        [benchmark * scale], spent, [minimum], [lives], quality=quality, terms=terms, **dollars, **changed
    )
    steps = {name: getattr(done, name)[0] for name in MsspSettlement.__dataclass_fields__}
    return {name: value / scale if name.endswith("_usd") else value for name, value in steps.items()}


# Gross savings, what is changed; the rate, what is shared, and what of it is paid.
GAINS = [
    (50, {}, 0.5, 25.0, 24.5),
    (20, {}, 0.5, 10.0, 9.8),
    (50, {"share_by_score": True}, 0.4, 20.0, 19.6),
    (50, ALTERNATIVE, 0.4, 20.0, 19.6),
    (50, FAILED, 0.0, 0.0, 0.0),
    (50, {"forfeits": True}, 0.0, 0.0, 0.0),
    (10, LOW, 0.25, 2.5, 2.45),
    (10, LOW | {"forfeits": True}, 0.0, 0.0, 0.0),
    (10, {"minimum": 0.0}, 0.5, 5.0, 4.9),
    # Sequestration comes off before the limit of 100.
    (202, {}, 0.5, 100.0, 98.98),
    (300, {}, 0.5, 100.0, 100.0),
    (50, {"disaster_relief_usd": 9.0, "relieved": 0.5}, 0.5, 25.0, 24.5),
]
LOSSES = [
    (-20, {}, 0.6, 12.0),
    (-50, FAILED, 0.75, 37.5),
    (-50, ALTERNATIVE, 0.6, 30.0),
    (-50, {"loss_rate_lowest": 0.65}, 0.65, 32.5),
    (-50, {"loss_rate_highest": 0.4}, 0.4, 20.0),
    (-50, LOW, 0.6, 30.0),
    (-1, {"minimum": 0.0}, 0.6, 0.6),
    (-300, {}, 0.6, 80.0),
    (-300, {"revenue_usd": 1_500.0}, 0.6, 60.0),
    (-300, {"revenue_usd": 2_500.0}, 0.6, 80.0),
    (-300, {"revenue_usd": 1_500.0, "loss_cap_revenue": np.inf}, 0.6, 80.0),
    (-300, {"revenue_usd": 1_500.0, "loss_cap_benchmark": np.inf}, 0.6, 60.0),
    (-300, {"loss_cap_benchmark": np.inf}, 0.6, 180.0),
]
NEITHER = [
    (0, {}),
    (0, {"minimum": 0.0}),
    (0, LOW),
    (19, {}),
    (10, LOW | {"lives": 4_999.0}),
    (-19, {}),
    (-10, LOW),
    (-300, {"two_sided": False}),
    (-300, LOW | {"two_sided": False}),
    (0, {"benchmark": 0.0}),
]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("gross", "changed", "rate", "shared", "paid"), GAINS)
def test_savings(gross, changed, rate, shared, paid, scale):
    assert outcome(gross, scale, **changed) == pytest.approx(
        steps(gross, generated_usd=gross, share_rate=rate, shared_usd=shared, settlement_usd=paid)
    )


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("gross", "changed", "rate", "borne"), LOSSES)
def test_losses(gross, changed, rate, borne, scale):
    assert outcome(gross, scale, **changed) == pytest.approx(
        steps(gross, generated_usd=gross, loss_rate=rate, shared_usd=-borne, settlement_usd=-borne)
    )


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("gross", "changed"), NEITHER)
def test_neither(gross, changed, scale):
    assert outcome(gross, scale, **changed) == pytest.approx(steps(gross))


@pytest.mark.parametrize(
    ("stated", "part", "forgiven"), [(12, 0, 12), (0, 0.5, 15), (12, 0.5, 15), (20, 0.5, 20), (99, 0, 30)]
)
def test_relief_is_what_is_stated_or_the_years_part_and_never_more_than_the_loss(stated, part, forgiven):
    done = outcome(-50, disaster_relief_usd=float(stated), relieved=part)
    assert done == pytest.approx(
        steps(
            -50,
            generated_usd=-50,
            loss_rate=0.6,
            shared_usd=-30,
            disaster_relief_usd=forgiven,
            settlement_usd=forgiven - 30,
        )
    )


def steps(gross, **stated):
    """Return all steps: those not stated are 0."""
    nothing = dict.fromkeys(MsspSettlement.__dataclass_fields__, 0.0)
    return nothing | {"gross_usd": gross, "savings_rate": gross / 1_000} | stated


# Gross savings, what is changed; what is left after minimum rate, sharing rate, quality and limits.
LEFT = [
    (50, {}, [50, 25, 25, 25]),
    (20, {}, [20, 10, 10, 10]),
    (10, {}, [0, 0, 0, 0]),
    (10, LOW, [5, 2.5, 2.5, 2.5]),
    (10, LOW | {"share_by_score": True}, [5, 2.5, 2, 2]),
    (50, {"share_by_score": True}, [50, 25, 20, 20]),
    (50, FAILED, [50, 25, 0, 0]),
    (300, {}, [300, 150, 150, 100]),
    (0, {}, [0, 0, 0, 0]),
    (0.5, {"two_sided": False}, [0, 0, 0, 0]),
    # At full quality half of a loss is borne, 60 % at a score of 0.8, three quarters where quality failed.
    (-10, {}, [0, 0, 0, 0]),
    (-50, {}, [-50, -25, -30, -30]),
    (-50, FAILED, [-50, -25, -37.5, -37.5]),
    (-200, {}, [-200, -100, -120, -80]),
    (-200, {"revenue_usd": 1_000.0}, [-200, -100, -120, -40]),
    (-10, {"two_sided": False}, [-10, 0, 0, 0]),
    (-50, {"two_sided": False}, [-50, 0, 0, 0]),
]


@pytest.mark.parametrize(("gross", "changed", "left"), LEFT)
def test_what_each_rule_of_sharing_leaves(gross, changed, left):
    terms = MsspTerms(**{name: np.array([changed.get(name, value)]) for name, value in PLAIN.items()})
    quality = MsspQuality(**{name: np.array([changed.get(name, value)]) for name, value in QUALITY.items()})
    paid = {name: changed[name] for name in ("low_revenue", "revenue_usd") if name in changed}
    spent = np.array([1_000.0 - gross])
    done = settle([1_000.0], spent, [0.02], [5_000.0], quality=quality, terms=terms, **paid)
    found = sharing_steps(done, [0.02], quality, terms)[0]
    assert found == pytest.approx([gross, *left])
    assert found[-1] == done.shared_usd[0]
