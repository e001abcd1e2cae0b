"""Episodes against their agreed price, and home modification."""

import pytest

from sim.policy.cara import home_modification, reconciled, target_price


def test_episodes_reconcile_against_the_agreed_price():
    assert target_price(20_000.0, 1.1, discount=0.03) == pytest.approx(21_340.0)
    paid = reconciled([1000.0, -1000.0], 0.75, performance_adjustment=0.4, loss_adjustment="mirror")
    assert paid == pytest.approx([900.0, -700.0])
    plain = reconciled(-1000.0, 0.75, performance_adjustment=0.4, loss_adjustment="none")
    assert plain == pytest.approx(-1000.0)
    cents = reconciled([0.25, -0.25], 0.75, performance_adjustment=0.4, loss_adjustment="mirror")
    assert cents == pytest.approx([0.225, -0.175])
    assert home_modification([900.0, 4000.0], limit=2500.0).tolist() == [900.0, 2500.0]
